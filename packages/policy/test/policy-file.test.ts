import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parsePolicy } from "../src/policy-file.ts";
import { key, servers, start } from "./policy-samples.ts";

const whole = `# yaml-language-server: $schema=./postern.schema.json
version: 1
principals:
  - { id: me, stdio: true }
  - { id: research, tenant: acme, apiKey: { sha256: ${key} } }
  - { id: deploy, tenant: acme, jwt: { issuer: "https://login.acme.example", subject: deploy-bot } }
  - { id: nightly, tenant: acme, jwt: { issuer: "https://login.acme.example", claims: { role: nightly } } }
http:
  resource: https://mcp.acme.example/mcp
  issuers: [ { issuer: "https://login.acme.example", algorithms: [RS256] } ]
  allowedHosts: [mcp.acme.example, "127.0.0.1:8080", "[::1]:8080"]
  allowedOrigins: ["https://app.acme.example:8443"]
credentials:
  acme-mail: { tenant: acme, source: { env: ACME_MAIL_TOKEN }, present: { header: authorization, scheme: Bearer }, hosts: [mail.acme.example, "*.mail.acme.example", intranet] }
  acme-file: { tenant: acme, source: { file: ~/token } }
  acme-helper: { tenant: acme, source: { exec: [/usr/bin/secrets, "get", "a b"] }, present: { header: X-Api-Key }, hosts: [10.1.2.3] }
routes:
  - id: board
    server: tickets
    principals: [me]
    tools: "*"
    targets: { projects: [ { name: acme } ] }
    redact: none
    budget: { owner: me, calls: 600/minute, bytes: 500MB/hour }
  - id: mail
    server: mail-write
    principals: [research, deploy]
    tools: [send]
    credential: acme-mail
    approval: required
    budget: { owner: mail, calls: 10/day }
    neighbors:
      allow: [ { tool: send, arguments: { to: a@acme.example } } ]
      deny: [ { tool: send, arguments: { to: b@else.example }, code: net.host_not_allowed }, { tool: sendd } ]
  - id: other
    server: not-installed
    principals: [me]
    tools: [whatever]
    targets: { anything: [ { goes: here } ] }
`;

test("reads a whole policy and means exactly what it says", () => {
  const { principals, routes, http, credentials, digest, file, notes } = parsePolicy(whole, "policy.yaml", servers);
  expect({ file, digest }).toEqual({ file: "policy.yaml", digest: createHash("sha256").update(whole).digest("hex") });
  expect(principals).toEqual([
    { id: "me", tenant: "default", stdio: true },
    { id: "research", tenant: "acme", apiKey: { sha256: key } },
    { id: "deploy", tenant: "acme", jwt: { issuer: "https://login.acme.example", subject: "deploy-bot" } },
    { id: "nightly", tenant: "acme", jwt: { issuer: "https://login.acme.example", claims: { role: "nightly" } } },
  ]);
  expect(http).toMatchObject({
    resource: "https://mcp.acme.example/mcp",
    allowedHosts: ["mcp.acme.example", "127.0.0.1:8080", "[::1]:8080"],
    allowedOrigins: ["https://app.acme.example:8443"],
  });
  expect(credentials).toEqual([
    {
      name: "acme-mail",
      tenant: "acme",
      source: { env: "ACME_MAIL_TOKEN" },
      present: { header: "authorization", scheme: "Bearer" },
      hosts: ["mail.acme.example", "*.mail.acme.example", "intranet"],
    },
    { name: "acme-file", tenant: "acme", source: { file: "~/token" }, present: { header: "authorization", scheme: "Bearer" }, hosts: [] },
    { name: "acme-helper", tenant: "acme", source: { exec: ["/usr/bin/secrets", "get", "a b"] }, present: { header: "X-Api-Key" }, hosts: ["10.1.2.3"] },
  ]);
  expect(routes[0]).toEqual({
    id: "board",
    server: "tickets",
    principals: ["me"],
    tools: "*",
    targets: { projects: [{ name: "acme" }] },
    redact: "none",
    approval: "none",
    budget: {
      owner: "me",
      limits: [
        { resource: "calls", limit: 600, windowMs: 60_000 },
        { resource: "bytes", limit: 500_000_000, windowMs: 3_600_000 },
      ],
    },
    neighbors: { allow: [], deny: [] },
    line: 18,
    column: 5,
  });
  expect(routes[1]).toMatchObject({
    redact: "secrets",
    approval: "required",
    credential: "acme-mail",
    neighbors: {
      deny: [
        { tool: "send", arguments: { to: "b@else.example" }, code: "net.host_not_allowed" },
        { tool: "sendd", arguments: {} },
      ],
    },
  });
  expect(routes[2]?.targets).toEqual({ anything: [{ goes: "here" }] });
  expect(notes.map(({ line, message }) => `${line} ${message}`)).toEqual(["25 names no targets, so it allows nothing"]);
});

const blanks: [promise: string, source: string, granted: unknown][] = [
  ["nothing but a version", "version: 1\n", []],
  ["no routes", start, []],
  ["an empty list of routes", `${start}routes: []\n`, []],
  ["a card without principals", `${start}routes: [ { id: a, server: tickets, tools: "*" } ]`, [[[], "*", {}]]],
  ["a card with an empty list of principals", `${start}routes: [ { id: a, server: tickets, principals: [], tools: "*" } ]`, [[[], "*", {}]]],
  ["a card without tools", `${start}routes: [ { id: a, server: tickets, principals: [me] } ]`, [[["me"], [], {}]]],
  ["a card without targets", `${start}routes: [ { id: a, server: tickets, principals: [me], tools: "*" } ]`, [[["me"], "*", {}]]],
];

test.for(blanks)("reads %s as granting nothing (S4)", ([, source, granted]) => {
  const { routes, notes, http, credentials } = parsePolicy(source, "policy.yaml", servers);
  expect(routes.map(({ principals, tools, targets }) => [principals, tools, targets])).toEqual(granted);
  expect({ http, credentials }).toEqual({ http: undefined, credentials: [] });
  // Every card that can do nothing is pointed out.
  expect(new Set(notes.map(({ path }) => path)).size).toBe(routes.length);
});

test.for([
  ["a card without principals", "server: tickets, tools: '*', targets: { projects: [ { name: a } ] }", "names no principals, so it allows nobody anything"],
  [
    "a card without tools",
    "server: tickets, principals: [me], targets: { projects: [ { name: a } ] }",
    'names no tools, so it allows nothing; tools: "*" gives them all',
  ],
  ["a card without targets", "server: tickets, principals: [me], tools: '*'", "names no targets, so it allows nothing"],
  [
    "a card of a server that is probably misspelled",
    "server: tickts, principals: [me], tools: '*', targets: { projects: [ { name: a } ] }",
    'is passed over here; did you mean "tickets"?',
  ],
] as const)("points out %s, which is no error", ([, card, message]) => {
  const { notes } = parsePolicy(`${start}routes:\n  - { id: a, ${card} }\n`, "policy.yaml", servers);
  expect(notes.map((note) => [note.line, note.message])).toEqual([[4, message]]);
});

test("points out nothing in a card that grants something, nor in one of another server", () => {
  const cards = ["tickets", "calendar"].map(
    (server) => `  - { id: ${server}, server: ${server}, principals: [me], tools: '*', targets: { projects: [ { name: a } ] } }\n`,
  );
  expect(parsePolicy(`${start}routes:\n${cards.join("")}`, "policy.yaml", servers).notes).toEqual([]);
});
