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
    "root/clean.svg": `<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>\n`,
    "root/padded.txt": `${"filler line\n".repeat(180_000)}${key}\nlast\n`,
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
    targets: { roots: [ { path: ${place.at("root")} } ] }
    redact: none
`,
    { mode: 0o600 },
  );
  server = await startReader([place.at("root")]);
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

  it.each(["key.svg", "drawn.SVG", "wide.svg", "unmarked.svg"])("is not to be had as the base64 of the image %s (F2)", async (path) => {
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
