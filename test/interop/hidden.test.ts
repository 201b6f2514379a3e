import { tree, type Era, type RunningServer, type Tree } from "@postern/testing";
import { chmodSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

/** The principal of this process may use two tools; another may use all, which this one must not notice. */
const policy = (root: string): string => `version: 1
principals:
  - { id: me, stdio: true }
  - { id: other, apiKey: { sha256: "${"0".repeat(64)}" } }
routes:
  - id: mine
    server: filesystem-read
    principals: [me]
    tools: [read_text_file, list_directory]
    targets: { roots: [{ path: ${JSON.stringify(root)} }] }
  - id: theirs
    server: filesystem-read
    principals: [other]
    tools: "*"
    targets: { roots: [{ path: ${JSON.stringify(root)} }] }
`;

let files: Tree;
beforeAll(() => {
  files = tree({ "root/a.txt": "a\n" });
  writeFileSync(files.at("policy.yaml"), policy(files.at("root")));
  writeFileSync(
    files.at("nobody.yaml"),
    policy(files.at("root")).replaceAll("principals: [me]", "principals: [other]").replace("tools: [read_text_file, list_directory]", "tools: []"),
  );
  for (const name of ["policy.yaml", "nobody.yaml"]) chmodSync(files.at(name), 0o600);
});
afterAll(() => files.remove());

const doors: readonly Era[] = ["2025", "2026", "raw"];

describe.each(doors)("in the %s era", (era) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startReader(["--policy", files.at("policy.yaml")], { era });
  });
  afterAll(() => server.close());

  test("discovery shows exactly the tools of the card (P3)", async () => {
    expect((await server.list()).toSorted()).toEqual(["list_directory", "read_text_file"]);
    expect(await server.call("read_text_file", { path: "a.txt" })).toAllow();
  });

  test.each([
    ["with good arguments", { path: "a.txt" }],
    ["with wrong arguments", { nothing: 1 }],
    ["with none", {}],
  ])("a hidden tool answers byte for byte as one that does not exist, %s (P3, P2, S5)", async (_name, input) => {
    const hidden = await rawAnswer(server, "search_file_contents", input);
    // The same length, so that the answers must be equal to the byte.
    const unknown = await rawAnswer(server, "search_file_c0ntents", input);
    expect(neutral(hidden, "search_file_contents")).toBe(neutral(unknown, "search_file_c0ntents"));
    expect(hidden).toContain("tool.unknown");
    const [one, other] = server.calls({ code: "tool.unknown" }).slice(-2);
    expect(one).toMatchObject({ decision: "deny", code: "tool.unknown", principal: "me", tool: "search_file_contents", outcome: "denied" });
    expect(other).toMatchObject({ decision: "deny", code: "tool.unknown", principal: "me", tool: "search_file_c0ntents", outcome: "denied" });
    // Only the record tells them apart.
    expect(one?.rule).not.toBe(other?.rule);
  });
});

describe("among all tools", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startReader([files.at("root")], { era: "raw" });
  });
  afterAll(() => server.close());

  test.each([
    ["prototype", "constructor"],
    ["prototype's own", "__proto__"],
    ["empty", ""],
    ["capital", "READ_TEXT_FILE"],
    ["padded", "read_text_file "],
  ])("a tool of %s name does not exist (P3)", async (_name, tool) => {
    expect(await server.call(tool, { path: "a.txt" })).toBeUnknownTool();
  });
});

describe("who is given nothing is shown nothing (S4, P3)", () => {
  test.each([
    ["a policy without a card for the principal", () => ["--policy", files.at("nobody.yaml")]],
    ["neither a folder nor a policy", () => []],
  ])("%s", async (_name, args) => {
    await using server = await startReader(args(), { era: "raw" });
    expect(await server.list()).toEqual([]);
    expect(await server.call("read_text_file", { path: files.at("root/a.txt") })).toBeUnknownTool();
    expect(server.calls().map(({ decision, rule }) => [decision, rule])).toEqual([["deny", expect.stringMatching(/^policy\./) as string]]);
  });

  test.each([
    ["a policy file that others may write", 0o666],
    ["a policy file that the group may write", 0o620],
  ])("%s ends the server before it serves (S4)", async (_name, mode) => {
    chmodSync(files.at("policy.yaml"), mode);
    try {
      await expect(startReader(["--policy", files.at("policy.yaml")]).then((server) => server.close())).rejects.toThrow("did not start");
    } finally {
      chmodSync(files.at("policy.yaml"), 0o600);
    }
  });
});

describe("principals and tenants", () => {
  const withTenants = (lane: string): string => `version: 1
principals:
  - { id: me, tenant: acme, stdio: true }
credentials:
  docs: { tenant: ${lane}, source: { env: DOCS_TOKEN }, present: { header: authorization, scheme: Bearer }, hosts: [docs.acme.example] }
routes:
  - id: mine
    server: filesystem-read
    principals: [me]
    tools: "*"
    credential: docs
    targets: { roots: [{ path: ${JSON.stringify(files.at("root"))} }] }
`;

  test("the record of a call names the caller's own principal, tenant and lane (P1, E4)", async () => {
    writeFileSync(files.at("tenants.yaml"), withTenants("acme"), { mode: 0o600 });
    await using server = await startReader(["--policy", files.at("tenants.yaml")], { env: { DOCS_TOKEN: "a-token-of-docs" } });
    expect(await server.call("read_text_file", { path: "a.txt" })).toAllow();
    expect(server.calls()).toMatchObject([{ principal: "me", tenant: "acme", route: "mine", lane: "docs" }]);
  });

  test("a card that lends another tenant's lane ends the server before it serves (P1)", async () => {
    writeFileSync(files.at("stolen.yaml"), withTenants("rival"), { mode: 0o600 });
    await expect(startReader(["--policy", files.at("stolen.yaml")]).then((server) => server.close())).rejects.toThrow("stolen.yaml:11");
  });
});

/** The bytes of the answer to one call, as they came over the pipe. */
async function rawAnswer(server: RunningServer, name: string, input: Readonly<Record<string, unknown>>): Promise<string> {
  const id = `id-${Math.random().toString(36).slice(2, 10).padEnd(8, "0")}`;
  const envelope = {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "bytes", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };
  await server.raw.request("tools/call", { name, arguments: input, ...(server.era === "2026" && envelope) }, { id });
  const line = server.process.lines.find((each) => each.includes(id)) ?? "";
  return line.replace(id, "ID");
}

/** Without what must differ: the name that was asked for and the receipt. */
function neutral(line: string, name: string): string {
  return line
    .replaceAll(name, "NAME")
    .replace(/"call":"[0-9a-f-]{36}"/, '"call":"CALL"')
    .replace(/"index":\d+/, '"index":N');
}
