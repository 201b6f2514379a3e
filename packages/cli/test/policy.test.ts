import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckReport } from "../src/check-text.ts";
import { postern, type Ended } from "./postern.ts";

const definition = fileURLToPath(new URL("../../../servers/filesystem-read/src/server.ts", import.meta.url));
const leaky = fileURLToPath(new URL("leaky-server.ts", import.meta.url));
const old = new Date("2020-01-01T00:00:00Z");
let base: string;
let policy: string;

const source = `version: 1
principals:
  - { id: me, stdio: true }
  - { id: idle, apiKey: { sha256: ${"a".repeat(64)} } }
routes:
  - id: notes
    server: filesystem-read
    principals: [me]
    tools: "*"
    targets: { roots: [ { path: ./notes } ] }
    neighbors:
      allow: [ { tool: read_text_file, arguments: { path: a.md } } ]
      deny: [ { tool: read_text_file, arguments: { path: ../notes-secret/b.md }, code: path.outside_root } ]
`;

function environment(): Readonly<Record<string, string>> {
  return { POSTERN_EVIDENCE: join(base, "evidence.db"), POSTERN_TEST_SERVER: definition };
}

function write(name: string, text: string): string {
  const file = join(base, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function explain(tool: string, given: object, ...options: readonly string[]): Promise<Ended> {
  return postern(["explain", "filesystem-read", tool, JSON.stringify(given), "--load", definition, ...options], environment());
}

function check(file: string, ...options: readonly string[]): Promise<Ended> {
  return postern(["check", "--policy", file, "--load", definition, ...options], environment());
}

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "postern-cli-"));
  for (const folder of ["notes", "notes-secret"]) mkdirSync(join(base, folder));
  write("notes/a.md", "hello");
  write("notes/.env", "KEY=1");
  write("notes-secret/b.md", "secret");
  symlinkSync("../notes-secret/b.md", join(base, "notes/out"));
  policy = write("postern.yaml", source);
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

describe("postern explain", () => {
  it("allows what the card covers and names the card and the canonical target (N2)", async () => {
    const { code, out } = await explain("read_text_file", { path: "a.md" }, "--policy", policy, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      decision: "allow",
      principal: "me",
      route: "notes",
      targets: [{ canonical: join(base, "notes/a.md"), decision: "allow" }],
    });
  });

  it.each([
    ["a sibling whose name starts with the root's name", { path: "../notes-secret/b.md" }, "path.outside_root"],
    ["an absolute path outside", { path: "/etc/passwd" }, "path.outside_root"],
    ["a link out of the root", { path: "out" }, "path.symlink_escape"],
    ["a protected name", { path: ".env" }, "path.protected"],
    ["an argument that the tool does not take", { path: "a.md", nofollow: false }, "input.invalid"],
  ])("denies %s with its code, as the server would (F3, N3)", async (_name, given, expected) => {
    const json = await explain("read_text_file", given, "--policy", policy, "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ decision: "deny", code: expected });
  });

  it("tells which scopes the token of a caller needs, and asks none of a caller without tokens (P4)", async () => {
    const bot = '{ id: bot, jwt: { issuer: "https://login.example", subject: bot } }';
    const scoped = source.replace("routes:", `  - ${bot}\nroutes:`).replace("principals: [me]", 'principals: [me, bot]\n    scope: [ "files:read", admin ]');
    const file = write("scoped.yaml", scoped);
    const asked = await explain("read_text_file", { path: "a.md" }, "--policy", file, "--principal", "bot");
    expect([asked.code, asked.out]).toEqual([0, expect.stringContaining("scope     the caller's token needs files:read admin\n")]);
    expect(JSON.parse((await explain("read_text_file", { path: "a.md" }, "--policy", file, "--principal", "bot", "--json")).out)).toMatchObject({
      scopes: ["files:read", "admin"],
    });
    expect((await explain("read_text_file", { path: "a.md" }, "--policy", file)).out).not.toContain("scope ");
  });

  it("tells people the code, what it means, the rule and each card that was tried (N2)", async () => {
    const { code, out } = await explain("read_text_file", { path: "../notes-secret/b.md" }, "--policy", policy);
    expect(code).toBe(1);
    expect(out).toMatch(/^DENIED path\.outside_root {2}read_text_file for me\n/);
    expect(out).toContain("The path does not lie below a root of the card.");
    expect(out).toMatch(/^rule +\S+/m);
    expect(out).toMatch(/^route +notes \(came nearest\)$/m);
  });

  it("denies a tool to a principal that no card names, as if it did not exist (P3)", async () => {
    const { code, out } = await explain("read_text_file", { path: "a.md" }, "--policy", policy, "--principal", "idle", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ decision: "deny", code: "tool.unknown", rule: "policy.empty" });
  });

  it("explains a server's plain command line", async () => {
    const inside = await explain("read_text_file", { path: join(base, "notes/a.md") }, "--", join(base, "notes"));
    expect({ code: inside.code, err: inside.err }).toStrictEqual({ code: 0, err: "" });
    expect((await explain("read_text_file", { path: join(base, "notes-secret/b.md") }, "--", join(base, "notes"))).code).toBe(1);
  });

  it("reads nothing and writes no evidence (E6)", async () => {
    const target = join(base, "notes/a.md");
    utimesSync(target, old, new Date());
    expect((await explain("read_text_file", { path: "a.md" }, "--policy", policy)).code).toBe(0);
    expect(statSync(target).atimeMs).toBe(old.getTime());
    expect(existsSync(join(base, "evidence.db"))).toBe(false);
  });

  it.each([[[]], [["--policy", "p.yaml", "--", "."]], [["--", "--no-such-flag"]], [["--", "--help"]]])("asks for one policy, not %j", async (options) => {
    expect((await explain("read_text_file", { path: "a.md" }, ...options)).code).toBe(2);
  });
});

describe("postern check", () => {
  it("says who may do what and tries every neighbor against the guard (N3)", async () => {
    const { code, out, err } = await check(policy, "--json");
    expect({ code, err }).toStrictEqual({ code: 0, err: "" });
    const report = JSON.parse(out) as CheckReport;
    expect(report.grants.filter(({ principal }) => principal === "idle")).toMatchObject([{ tools: [], targets: [] }]);
    const mine = report.grants.filter(({ principal }) => principal === "me");
    expect(mine.flatMap(({ tools }) => tools)).toContain("search_files");
    expect(mine.flatMap(({ targets }) => targets).join("\n")).toContain(join(base, "notes"));
    const derived = report.neighbors.filter(({ from }) => from === "derived");
    expect(new Set(derived.map(({ tool }) => tool)).size).toBeGreaterThan(5);
    expect(derived.filter(({ decision, pass }) => decision !== "deny" || !pass)).toStrictEqual([]);
    expect(report.neighbors.filter(({ from }) => from === "written").map(({ decision, pass }) => [decision, pass])).toStrictEqual([
      ["allow", true],
      ["deny", true],
    ]);
  });

  it("prints the same for people", async () => {
    const { code, out } = await check(policy);
    expect(code).toBe(0);
    expect(out).toMatch(/idle +filesystem-read +nothing/);
    expect(out).toMatch(/pass +notes +me +deny path\.outside_root +\d+ tools +sibling with the root's prefix: /);
    expect(out).not.toContain("FAIL");
  });

  it.each([
    [
      "a written neighbor that is allowed and must not be",
      "code: path.outside_root",
      "path: ../notes-secret/b.md",
      "path: a.md",
      "ALLOWED, and it must be denied",
    ],
    [
      "a written neighbor that is denied with another code",
      "code: path.outside_root",
      "code: path.outside_root",
      "code: path.protected",
      "and not path.protected",
    ],
    ["a written call that must be allowed and is not", "path: a.md", "path: a.md", "path: .env", "denied path.protected, and it must be allowed"],
  ])("fails on %s (N3)", async (name, _where, from, to, said) => {
    const file = write(`${name.length}.yaml`, source.replace(from, to));
    const { code, out } = await check(file);
    expect(code).toBe(1);
    expect(out).toContain(said);
    expect(out).toContain("FAILED: 1 neighbor of ");
  });

  it("names the cards whose calls wait for a human's yes (B3)", async () => {
    const asking = write("asking.yaml", source.replace('tools: "*"', 'tools: "*"\n    approval: required'));
    const { out, code } = await check(asking);
    expect(out).toContain("A human is asked about each call of the card notes");
    expect(code).toBe(0);
    const { approvals } = JSON.parse((await check(policy, "--json")).out) as CheckReport;
    expect(approvals).toEqual([]);
    expect((JSON.parse((await check(asking, "--json")).out) as CheckReport).approvals).toEqual(["notes"]);
  });

  it("fails on a derived neighbor that the guard lets through (N3)", async () => {
    const file = write("leaky.yaml", source.replaceAll("filesystem-read", "leaky-read").replace(/ {4}neighbors:[^]*/, ""));
    const { code, out } = await check(file, "--load", leaky, "--json");
    expect(code).toBe(1);
    const report = JSON.parse(out) as CheckReport;
    expect(report.neighbors).toMatchObject([{ decision: "allow", expected: "deny", pass: false, fault: "ALLOWED, and it must be denied" }]);
  });

  it("passes over a server that is not installed and says so", async () => {
    const other = `${source}  - { id: docs, server: repo-read, principals: [me], tools: "*", targets: { repos: [a/b] } }\n`;
    const { code, out } = await check(write("other.yaml", other));
    expect(code).toBe(0);
    expect(out).toContain("not checked: the server repo-read is not installed here");
  });

  it("does not pass a policy of which nothing could be tried (S4)", async () => {
    const { code, out } = await check(write("none.yaml", source.replace("server: filesystem-read", "server: repo-read")));
    expect(code).toBe(1);
    expect(out).toContain("nothing was tried");
  });

  it.each([
    ["a misspelt key", source.replace("tools:", "tool:"), /:9:\d+ .*tool/],
    ["a misspelt target", source.replace("roots:", "root:"), /:10:\d+ .*root/],
    ["no file", undefined, /cannot be read \(ENOENT\)/],
  ])("refuses %s with its place (S4)", async (name, text, said) => {
    const file = text === undefined ? join(base, "missing.yaml") : write(`bad-${name.length}.yaml`, text);
    const { code, out, err } = await check(file);
    expect({ code, out }).toStrictEqual({ code: 1, out: "" });
    expect(err).toMatch(said);
  });

  it("refuses a policy that others may write (S4)", async () => {
    const file = write("open.yaml", source);
    chmodSync(file, 0o666);
    const { code, err } = await check(file);
    expect(code).toBe(1);
    expect(err).toContain("chmod go-w");
  });

  it("does not run a stranger's server from the current directory (S4)", async () => {
    const planted = join(base, "stranger/node_modules/@postern/planted-read");
    mkdirSync(planted, { recursive: true });
    writeFileSync(join(planted, "package.json"), '{"name":"@postern/planted-read","type":"module","exports":"./index.js"}');
    writeFileSync(
      join(planted, "index.js"),
      `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(join(base, "ran"))}, "");\nexport const server = { name: "planted-read", tools: [] };\n`,
    );
    const file = write("stranger/postern.yaml", source.replace("server: filesystem-read", "server: planted-read"));
    const { out } = await postern(["check", "--policy", file], environment(), join(base, "stranger"));
    expect(out).toContain("planted-read is not installed here");
    expect(existsSync(join(base, "ran"))).toBe(false);
    await postern(["check", "--policy", file, "--load", join(planted, "index.js")], environment());
    expect(existsSync(join(base, "ran"))).toBe(true);
  });
});
