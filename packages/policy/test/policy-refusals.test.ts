import { expect, test } from "vitest";
import { PolicyError } from "../src/policy-error.ts";
import { parsePolicy } from "../src/policy-file.ts";
import { key, servers, start } from "./policy-samples.ts";

const reservedHeaders = (
  "Host connection Content-Length transfer-encoding te trailer upgrade keep-alive expect proxy-authorization Proxy-X X-Forwarded-For x-forwarded-host " +
  "forwarded x-http-method-override x-method-override Metadata-Flavor metadata X-aws-ec2-metadata-token x-aws-ec2-metadata-token-ttl-seconds X-aliyun-ecs-metadata-token Metadata-Token " +
  "accept-encoding idempotency-key Cookie content-type range x-original-url via"
).split(" ");

const route = (rest: string): string => `${start}routes:\n  - { id: a, server: tickets, principals: [me], tools: "*", ${rest} }\n`;

const refused: [promise: string, source: string, ...messages: string[]][] = [
  ["an empty file", "# nothing\n", "policy.yaml:1:1 the file is empty; a policy has at least version: 1"],
  ["a file without version", "routes: []", "policy.yaml:1:1 version: is missing"],
  ["another version", "version: 2", "policy.yaml:1:10 version: has to be 1"],
  ["a list at the top", "- version: 1", "policy.yaml:1:1 has to be a map"],
  ["an unknown key at the top", "version: 1\nrouts: []", 'policy.yaml:2:1 routs: unknown key; did you mean "routes"?'],
  ["an unknown key of a card", route("budjet: { owner: me, calls: 1/day }"), 'policy.yaml:4:61 routes.0.budjet: unknown key; did you mean "budget"?'],
  ["an unknown key in targets", route("targets: { project: [] }"), 'policy.yaml:4:72 routes.0.targets.project: unknown key; did you mean "projects"?'],
  [
    "an unknown key deep in targets",
    route("targets: { projects: [ { name: a, clsed: [] } ] }"),
    'policy.yaml:4:95 routes.0.targets.projects.0.clsed: unknown key; did you mean "closed"?',
  ],
  [
    "an unknown key that resembles nothing",
    "version: 1\nqqq: 1",
    'policy.yaml:2:1 qqq: unknown key; known here: "version", "principals", "http", "network", "credentials", "budgets", "loops", "routes"',
  ],
  ["a wrong word", route("redact: secret"), 'policy.yaml:4:69 routes.0.redact: is none of the known values; did you mean "secrets"?'],
  ["a blank list", "version: 1\nroutes:\n", "policy.yaml:2:8 routes: nothing stands here; write [] for an empty list"],
  [
    "a blank name",
    "version: 1\nprincipals: [ { id: ~, stdio: true } ]",
    "policy.yaml:2:21 principals.0.id: nothing stands here; give it a value or leave the key out",
  ],
  ["a number for a name", "version: 1\nprincipals: [ { id: 12, stdio: true } ]", "policy.yaml:2:21 principals.0.id: has to be a text, so write it in quotes"],
  ["stdio: yes, which YAML 1.2 reads as a text", "version: 1\nprincipals: [ { id: a, stdio: yes } ]", "policy.yaml:2:31 principals.0.stdio: has to be true"],
  ["a principal without proof", "version: 1\nprincipals: [ { id: a } ]", "policy.yaml:2:15 principals.0: needs exactly one proof: stdio, apiKey or jwt"],
  [
    "a principal with two proofs",
    `version: 1\nprincipals: [ { id: a, stdio: true, apiKey: { sha256: ${key} } } ]`,
    "policy.yaml:2:15 principals.0: needs exactly one proof: stdio, apiKey or jwt",
  ],
  [
    "one key for two principals (P2)",
    `version: 1\nprincipals:\n  - { id: a, apiKey: { sha256: ${key} } }\n  - { id: b, apiKey: { sha256: ${key} } }`,
    "policy.yaml:4:32 principals.1.apiKey.sha256: stands here for the second time",
  ],
  [
    "a token principal that every token would be (P2)",
    'version: 1\nprincipals: [ { id: a, jwt: { issuer: "https://i.example" } } ]',
    "policy.yaml:2:29 principals.0.jwt: needs a subject or claims, or every token of the issuer would be this principal",
  ],
  [
    "a token principal of an issuer that is not trusted (P4)",
    'version: 1\nprincipals: [ { id: a, jwt: { issuer: "https://j.example", subject: s } } ]\nhttp: { resource: "https://r.example", issuers: [ { issuer: "https://i.example", algorithms: [ES256] } ] }',
    'policy.yaml:2:39 principals.0.jwt.issuer: is not among http.issuers, so nobody could ever be this principal; did you mean "https://i.example"?',
  ],
  [
    "a symmetric signature algorithm (P4)",
    'version: 1\nhttp: { resource: "https://r.example", issuers: [ { issuer: "https://i.example", algorithms: [HS256] } ] }',
    'policy.yaml:2:95 http.issuers.0.algorithms.0: is none of the known values; did you mean "RS256"?',
  ],
  [
    "one token for two principals, in whatever order its claims stand (P2)",
    'version: 1\nprincipals:\n  - { id: a, jwt: { issuer: "https://i.example", claims: { x: p, y: q } } }\n  - { id: b, jwt: { issuer: "https://i.example", claims: { y: q, x: p } } }',
    "policy.yaml:4:19 principals.1.jwt: stands here for the second time",
  ],
  [
    "a principal that a card names twice",
    `${start}routes: [ { id: a, server: x, principals: [me, me] } ]`,
    "policy.yaml:3:48 routes.0.principals.1: stands here for the second time",
  ],
  [
    "a tool that a card names twice",
    `${start}routes: [ { id: a, server: tickets, tools: [read_ticket, read_ticket] } ]`,
    "policy.yaml:3:58 routes.0.tools.1: stands here for the second time",
  ],
  [
    "a name that two principals have",
    "version: 1\nprincipals: [ { id: a, stdio: true }, { id: a, stdio: true } ]",
    "policy.yaml:2:45 principals.1.id: stands here for the second time",
  ],
  [
    "a name that two cards have",
    `${start}routes: [ { id: a, server: x }, { id: a, server: x } ]`,
    "policy.yaml:3:39 routes.1.id: stands here for the second time",
  ],
  [
    "a principal that does not exist",
    `${start}routes: [ { id: a, server: x, principals: [mee] } ]`,
    'policy.yaml:3:44 routes.0.principals.0: no principal has this id; did you mean "me"?',
  ],
  [
    "a tool that does not exist",
    `${start}routes: [ { id: a, server: tickets, tools: [read_tickt] } ]`,
    'policy.yaml:3:45 routes.0.tools.0: tickets has no such tool; did you mean "read_ticket"?',
  ],
  [
    "tools of another form",
    `${start}routes: [ { id: a, server: tickets, tools: all } ]`,
    'policy.yaml:3:44 routes.0.tools: write "*" for every tool, or a list of names',
  ],
  [
    "a credential that does not exist (B1)",
    `${start}routes: [ { id: a, server: x, credential: c } ]`,
    "policy.yaml:3:43 routes.0.credential: no credential has this name",
  ],
  [
    "a credential of another tenant (P1)",
    `${start}credentials: { c: { tenant: acme, source: { env: C } } }\nroutes: [ { id: a, server: x, principals: [me], credential: c } ]`,
    "policy.yaml:4:61 routes.0.credential: belongs to tenant acme, and principal me to tenant default; a credential serves one tenant only",
  ],
  [
    "a credential with two sources",
    "version: 1\ncredentials: { c: { source: { env: C, file: /c } } }",
    "policy.yaml:2:29 credentials.c.source: name exactly one of env, file and exec",
  ],
  [
    "a credential without a source",
    "version: 1\ncredentials: { c: { source: {} } }",
    "policy.yaml:2:29 credentials.c.source: name exactly one of env, file and exec",
  ],
  ...["helper", "./helper", "~/bin/helper", ""].map((command): [string, string, string] => [
    `a helper named ${JSON.stringify(command)}, which every directory could hold`,
    `version: 1\ncredentials: { c: { source: { exec: [ ${JSON.stringify(command)}, /x ] } } }`,
    "policy.yaml:2:39 credentials.c.source.exec.0: name the command by its absolute path",
  ]),
  [
    "a helper that is nothing",
    "version: 1\ncredentials: { c: { source: { exec: [] } } }",
    "policy.yaml:2:37 credentials.c.source.exec: Too small: expected array to have >=1 items",
  ],
  ...reservedHeaders.map((header): [string, string, string] => [
    `a credential in the header ${header} (R2)`,
    `version: 1\ncredentials: { c: { source: { env: C }, present: { header: ${header} } } }`,
    "policy.yaml:2:60 credentials.c.present.header: no credential may set this header: it would change where a request goes or what it means",
  ]),
  ...["10.0.0", "10.0.0.256", "010.0.0.1", "1.2.3.4.5", "*.0.0.1", "2130706433", "0x7f.1", "a.1"].map((host): [string, string, string] => [
    `a credential for ${host}, which is an address in doubt (S4, R2)`,
    `version: 1\ncredentials: { c: { source: { env: C }, hosts: [ "${host}" ] } }`,
    "policy.yaml:2:50 credentials.c.hosts.0: an IPv4 address is written as four decimal numbers, and has no names below it",
  ]),
  ...["*", "*.com", "https://a.example", "a.example/x", "a_b.example", "-a.example", "a..example", ""].map((host): [string, string, string] => [
    `a credential for ${JSON.stringify(host)} (S4, R2)`,
    `version: 1\ncredentials: { c: { source: { env: C }, hosts: [ ${JSON.stringify(host)} ] } }`,
    "policy.yaml:2:50 credentials.c.hosts.0: a host name, or *. and a domain of at least two parts",
  ]),
  ...["*", "*.acme.example", "https://acme.example", "acme.example:port"].map((host): [string, string, string] => [
    `a Host header of ${host}`,
    `version: 1\nhttp: { resource: "https://r.example", allowedHosts: [ "${host}" ] }`,
    "policy.yaml:2:56 http.allowedHosts.0: a host with or without port, and no pattern",
  ]),
  ...["*", "https://*", "https://acme.example/", "acme.example", "null"].map((origin): [string, string, string] => [
    `an origin of ${origin}`,
    `version: 1\nhttp: { resource: "https://r.example", allowedOrigins: [ "${origin}" ] }`,
    "policy.yaml:2:58 http.allowedOrigins.0: scheme, host and port, like https://app.example",
  ]),
  ["a budget without owner (B1)", route("budget: { calls: 1/day }"), "policy.yaml:4:69 routes.0.budget.owner: is missing"],
  [
    "a budget without limit (B1)",
    route("budget: { owner: me }"),
    "policy.yaml:4:69 routes.0.budget: needs at least one limit: calls, bytes or cost, here or of its owner in budgets",
  ],
  ["a budget that is a number", route("budget: { owner: me, calls: 600 }"), "policy.yaml:4:89 routes.0.budget.calls: write it like 600/minute"],
  [
    "a budget per unknown window",
    route("budget: { owner: me, calls: 600/week }"),
    "policy.yaml:4:89 routes.0.budget.calls: the window is one of second, minute, hour, day, like 600/minute",
  ],
  [
    "a card without what its server's effects need (B1)",
    `${start}routes: [ { id: a, server: mail-write } ]`,
    "policy.yaml:3:11 routes.0: a card of mail-write needs a credential",
    "policy.yaml:3:11 routes.0: a card of mail-write needs a budget",
    "policy.yaml:3:11 routes.0: a card of mail-write needs approval: required",
  ],
  [
    "a neighbor with an unknown code",
    route("neighbors: { deny: [ { tool: read_ticket, code: path.outside_rot } ] }"),
    'policy.yaml:4:109 routes.0.neighbors.deny.0.code: is none of the known values; did you mean "path.outside_root"?',
  ],
  [
    "several things at once, in the order of the file",
    `${start}routes:\n  - { id: a, server: tickets, targets: { rots: [] }, redact: x }\n`,
    'policy.yaml:4:42 routes.0.targets.rots: unknown key; known here: "projects", "delete"',
    'policy.yaml:4:62 routes.0.redact: is none of the known values; known here: "secrets", "none"',
  ],
  [
    "a code that resembles none, of which there are many",
    route("neighbors: { deny: [ { tool: read_ticket, code: xyzzy.plugh } ] }"),
    'policy.yaml:4:109 routes.0.neighbors.deny.0.code: is none of the known values; known here: "tool.unknown", "input.invalid", "input.key_reused", "input.key_in_flight", "input.key_unknown", "principal.unauthenticated", "principal.unknown", "principal.scope", "policy.empty", "policy.no_route", "path.outside_root", "path.symlink_escape", …',
  ],
  [
    "several things at once",
    `${start}routes:\n  - { id: a, server: tickets, redact: x, tols: [], targets: { rots: [] } }\n`,
    'policy.yaml:4:39 routes.0.redact: is none of the known values; known here: "secrets", "none"',
    'policy.yaml:4:42 routes.0.tols: unknown key; did you mean "tools"?',
    'policy.yaml:4:63 routes.0.targets.rots: unknown key; known here: "projects", "delete"',
  ],
];

test.for(refused)("refuses %s (S4)", ([, source, ...messages]) => {
  const read = (): unknown => parsePolicy(source, "policy.yaml", servers);
  expect(read).toThrow(PolicyError);
  expect(read).toThrow(expect.objectContaining({ message: messages.join("\n") }));
});

test("shows the first twenty of many problems and says how many more there are", () => {
  const source = `version: 1\n${Array.from({ length: 30 }, (_, index) => `unknown${index}: 1\n`).join("")}`;
  try {
    parsePolicy(source, "policy.yaml", []);
  } catch (error) {
    const { message, problems } = error as PolicyError;
    const lines = message.split("\n");
    expect([problems.length, lines.length, lines[20]]).toEqual([30, 21, "and 10 more"]);
  }
  expect.assertions(1);
});
