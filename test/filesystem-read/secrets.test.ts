import { readFileSync, writeFileSync } from "node:fs";
import { type RunningServer, type Tree, tree } from "@postern/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

// Put together here, so that no scanner takes this file for a leak.
const token = ["ghp", "Zk3Qw9Rt7Yp2Lm5Vx8Nc4Bd6Hf1Js0GaEiUo"].join("_");
const line = (index: number): string => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7v${String(index).padStart(4, "0")}Qx9+/kT`;
const body = Array.from({ length: 40 }, (_, index) => line(index));
const armor = (edge: string): string => ["-----", edge, " RSA PRIVATE KEY-----"].join("");
const key = [armor("BEGIN"), ...body, armor("END")].join("\n");
/** A key of 10 KiB in one line of JSON: longer than what search gives along with a stretch of a line. */
const wideBody = Array.from({ length: 160 }, (_, index) => `${line(index).slice(0, 60)}Qw9+`);
const wideKey = JSON.stringify({ key: [armor("BEGIN"), ...wideBody, armor("END")].join("\n") });
const deepBody = Array.from({ length: 1_500 }, (_, index) => line(index));
/** Words, none of them twice: each finds one place of the line. */
const words = (from: number, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `w${from + index} or`);
const minified = [...words(1_000, 200), `"t":"${token}",`, ...words(2_000, 200)].join(" ");
const pageBytes = 2 * 1024 * 1024;
/** The first page ends within the token, so many characters after its start. */
const cutAfter = [5, 20, 39];
const overlong = (shown: number): string => `${"x".repeat(pageBytes - shown - 1)} ${token} ${"z".repeat(100)}\n`;

let place: Tree;
let server: RunningServer;
let open: RunningServer;
beforeAll(async () => {
  place = tree({
    "root/deploy.txt": `first\n${key}\nlast\n`,
    "root/notes.md": `# Notes\ntoken ${token} end\n`,
    "root/wide.txt": Buffer.from(`\ufefftoken ${token}\n`, "utf16le"),
    "root/disabled.js": `// secretlint-disable\nconst t = "${token}";\n`,
    "root/key.svg": `${key}\n`,
    "root/drawn.SVG": `<svg xmlns="http://www.w3.org/2000/svg"><text>${token}</text></svg>\n`,
    "root/wide.svg": Buffer.from(`\ufeff<svg><text>${token}</text></svg>\n`, "utf16le"),
    "root/unmarked.svg": Buffer.from(`<?xml version="1.0"?><svg><text>${token}</text></svg>\n`, "utf16le"),
    // The token lies across the place where a look at the file ends.
    "root/large.svg": `<svg><text>${"x ".repeat((256 * 1024 - 32) / 2)}${token}</text></svg>\n`,
    "root/clean.svg": `<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>\n`,
    "root/padded.txt": `${"filler line\n".repeat(180_000)}${key}\nlast\n`,
    ...Object.fromEntries(cutAfter.map((shown) => [`root/cut${shown}.txt`, overlong(shown)])),
    "long/min.json": `${minified}\nnear\n`,
    "long/key.json": wideKey,
    "long/deep.txt": [armor("BEGIN"), ...deepBody, armor("END")].join("\n"),
    "policy.yaml": "",
  });
  writeFileSync(
    place.at("policy.yaml"),
    `version: 1
principals: [{ id: me, stdio: true }]
routes:
  - id: plain
    server: filesystem-read
    principals: [me]
    tools: "*"
    targets: { roots: [ { path: ${place.at("root")} }, { path: ${place.at("long")} } ] }
    redact: none
`,
    { mode: 0o600 },
  );
  server = await startReader([place.at("root"), place.at("long")]);
  open = await startReader(["--policy", place.at("policy.yaml")]);
});
afterAll(async () => {
  await Promise.all([server.close(), open.close()]);
  place.remove();
});

const leaks = (text: string): readonly string[] => [...body, token].filter((part) => text.includes(part));
const ways: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>, kind: string])[] = [
  ["read_text_file", { path: "notes.md" }, "github-token"],
  ["read_text_file", { path: "wide.txt" }, "github-token"],
  ["read_text_file", { path: "disabled.js" }, "github-token"],
  ["read_text_file", { path: "deploy.txt" }, "private-key"],
  ["read_file", { path: "deploy.txt", head: 10 }, "private-key"],
  ["read_text_file", { path: "deploy.txt", head: 3 }, "private-key"],
  ["read_text_file", { path: "deploy.txt", tail: 10 }, "private-key"],
  ["read_text_file", { path: "deploy.txt", offset: 20, limit: 5 }, "private-key"],
  ["read_text_file", { path: "deploy.txt", offset: 3, limit: 1 }, "private-key"],
  ["read_text_file", { path: "padded.txt", offset: 180_010, limit: 5 }, "private-key"],
  ["read_text_file", { path: "notes.md", offset: 2, lineOffset: 20 }, "github-token"],
  ["read_multiple_files", { paths: ["notes.md", "deploy.txt"] }, "private-key"],
  ["search_file_contents", { path: "", pattern: "MIIEvQ", limit: 3 }, "base64-line"],
  ["search_file_contents", { path: "", pattern: "token", contextLines: 2 }, "github-token"],
];

describe("a secret in a file (F2)", () => {
  it.each(ways)("is masked by %s %j, and told by kind and number", async (tool, input, kind) => {
    const answer = await server.call(tool, input);
    expect(answer).toAllow();
    expect(leaks(JSON.stringify(answer.raw))).toEqual([]);
    expect(answer.redactions.map((redaction) => redaction.kind)).toContain(kind);
    expect(answer.text).toContain(`[redacted:${kind}]`);
    const shown = await open.call(tool, input);
    expect(shown.redactions).toEqual([]);
    expect(shown.text).not.toContain("[redacted:");
    expect(shown.text.includes(token.slice(-10)) || leaks(shown.text).length > 0).toBe(true);
  });

  const fragments = (secret: string): readonly string[] => Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8));
  const needles = [...words(1_110, 90), ...words(2_000, 90), "near", token.slice(0, 8), token.slice(-8)];

  it.each([0, 1])("is in no stretch of a long line that search shows, wherever its edge falls, with %d lines of context (F2)", async (contextLines) => {
    const search = { path: place.at("long"), include: ["min.json"], contextLines };
    const answers = await Promise.all(needles.map((pattern) => server.call("search_file_contents", { ...search, pattern })));
    for (const answer of answers) expect(fragments(token).filter((part) => answer.text.includes(part))).toEqual([]);
    const kinds = new Set(answers.flatMap(({ redactions }) => redactions.map(({ kind }) => kind)));
    expect([...kinds]).toEqual(["github-token"]);
    const shown = await Promise.all(needles.map((pattern) => open.call("search_file_contents", { ...search, pattern })));
    expect(shown.some(({ text }) => text.includes(token.slice(0, 20)) && !text.includes(token))).toBe(true);
  });

  it("is in no stretch of a line that holds a private key, however long the key is (F2)", async () => {
    const search = { path: place.at("long"), include: ["key.json"] };
    const parts = wideBody.map((part) => part.slice(-14));
    for (const pattern of parts) {
      const { text } = await server.call("search_file_contents", { ...search, pattern });
      expect(parts.filter((part) => text.includes(part))).toEqual([]);
      expect(text).toContain("[redacted:");
    }
    const shown = await open.call("search_file_contents", { ...search, pattern: parts[80] });
    expect(parts.filter((part) => shown.text.includes(part)).length).toBeGreaterThan(5);
  });

  it("is not shown from deep inside of a key whose opening is far before the page (F2)", async () => {
    const input = { path: place.at("long/deep.txt"), offset: 750, limit: 3 };
    const { text } = await server.call("read_text_file", input);
    expect(deepBody.filter((part) => text.includes(part))).toEqual([]);
    expect(text).toContain("[redacted:private-key]");
    expect((await open.call("read_text_file", input)).text).toContain(deepBody[750]);
  });

  const pages = (path: string): readonly (readonly [string, Readonly<Record<string, unknown>>])[] => [
    ["read_text_file", { path }],
    ["read_text_file", { path, head: 1 }],
    ["read_file", { path }],
    ["read_multiple_files", { paths: [path] }],
  ];
  it.each(cutAfter.flatMap((shown) => pages(`cut${shown}.txt`)))("is not shown up to where a page ends within it by %s %j (F2)", async (tool, input) => {
    const answer = await server.call(tool, input);
    expect(answer).toAllow();
    expect(answer.text).not.toContain(token.slice(0, 5));
    expect(answer.text).toContain("xx [redacted:github-token]");
    expect(answer.text).toMatch(/\n\n\[Showing 2097152 bytes of line 1,/);
    expect((await open.call(tool, input)).text).toContain(` ${token.slice(0, 5)}`);
  });

  it("is masked on both pages where the second continues within it (F2)", async () => {
    const next = await server.call("read_text_file", { path: "cut20.txt", offset: 1, lineOffset: pageBytes });
    expect(next.text).toMatch(/^\[redacted:github-token\] z{100}\n/);
  });

  it("is recorded by kind and number, and nowhere itself (E1)", async () => {
    const { receipt } = await server.call("read_text_file", { path: "notes.md" });
    const [record] = server.calls({ call: receipt?.call ?? "" });
    expect(record?.redactions).toEqual([{ kind: "github-token", count: 1 }]);
    expect(JSON.stringify(record)).not.toContain(token);
  });

  it("is not to be had as base64 by the media tool", async () => {
    const answer = await server.call("read_media_file", { path: "notes.md" });
    expect(answer).toFailWith("fs.encoding");
    expect(JSON.stringify(answer.raw)).not.toContain(Buffer.from(token).toString("base64").slice(4, 30));
  });

  it.each(["key.svg", "drawn.SVG", "wide.svg", "unmarked.svg", "large.svg"])("is not to be had as the base64 of the image %s (F2)", async (path) => {
    const answer = await server.call("read_media_file", { path });
    expect(answer).toFailWith("fs.encoding");
    expect(answer.text).toContain("read_text_file");
    expect(answer.content.every(({ type }) => type === "text")).toBe(true);
    expect(leaks(JSON.stringify(answer.raw))).toEqual([]);
  });

  it("does not keep an image from being read that holds none", async () => {
    const answer = await server.call("read_media_file", { path: "clean.svg" });
    expect(answer).toAllow();
    expect(answer.content).toEqual([{ type: "image", mimeType: "image/svg+xml", data: readFileSync(place.at("root/clean.svg"), "base64") }]);
  });

  it("leaves what stands around it as it is", async () => {
    const { text } = await server.call("read_text_file", { path: "deploy.txt" });
    expect(text).toBe("first\n[redacted:private-key]\nlast\n");
    expect((await server.call("read_text_file", { path: "notes.md" })).text).toBe("# Notes\ntoken [redacted:github-token] end\n");
  });
});
