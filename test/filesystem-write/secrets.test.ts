import { type RunningServer, type Tree, tree } from "@postern/testing";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expect } from "../expect.ts";
import { startWriter, startWriterBy } from "../subjects.ts";

// Put together here, so that no scanner takes this file for a leak.
const token = ["ghp", "Zk3Qw9Rt7Yp2Lm5Vx8Nc4Bd6Hf1Js0GaEiUo"].join("_");
const other = ["ghp", "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0UvWxYz"].join("_");
const password = ["Tr0ub4dor", "9xKq2vLm7Zp"].join("");
const armor = (edge: string): string => ["-----", edge, " RSA PRIVATE KEY-----"].join("");
const body = Array.from({ length: 30 }, (_, index) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7v${String(index).padStart(4, "0")}Qx9+/kT`);
const key = [armor("BEGIN"), ...body, "c2hvcnQ=", armor("END")].join("\n");

let place: Tree;
let server: RunningServer;
beforeAll(async () => {
  place = tree({ "root/": true });
  server = await startWriter([place.at("root")]);
});
afterAll(async () => {
  await server.close();
  place.remove();
});

async function diffOf(
  before: string,
  edits: readonly object[],
  by = server,
  root = place,
): Promise<{ readonly text: string; readonly after: string; readonly redactions: readonly unknown[] }> {
  writeFileSync(root.at("root/a.txt"), before);
  const answer = await by.call("edit_file", { path: root.at("root/a.txt"), edits });
  expect(answer).toAllow();
  return { text: answer.text, after: readFileSync(root.at("root/a.txt"), "utf8"), redactions: answer.redactions };
}

describe("the diff of an edit is a read of content, and held to the card's rules for it", () => {
  it("masks a secret beside the change, and leaves the file as it is", async () => {
    const { text, after, redactions } = await diffOf(`token = "${token}"\nname = "a"\n`, [{ oldText: 'name = "a"', newText: 'name = "b"' }]);
    expect(text).not.toContain(token.slice(4, 12));
    expect(text).toContain('-name = "a"\n+name = "b"\n');
    expect(after).toContain(token);
    expect(redactions.length).toBeGreaterThan(0);
  });

  it("masks the secret that is replaced and the one that takes its place", async () => {
    const { text, after } = await diffOf(`token = "${token}"\n`, [{ oldText: token, newText: other }]);
    expect(text).not.toContain(token.slice(4, 12));
    expect(text).not.toContain(other.slice(4, 12));
    expect(after).toBe(`token = "${other}"\n`);
  });

  it("masks the lines of a private key that a change stands beside, though the diff shows only some of them", async () => {
    for (const [oldText, newText] of [
      ["after\n", "behind\n"],
      ["before\n", "in front\n"],
    ] as const) {
      const { text } = await diffOf(`before\n${key}\nafter\n`, [{ oldText, newText }]);
      for (const line of [...body, "c2hvcnQ="]) expect(text).not.toContain(line);
    }
  });

  it("masks a key of which the edit cuts off the head, by what the file was and what it is", async () => {
    const { text } = await diffOf(`x\n${key}\ny\n`, [{ oldText: `x\n${armor("BEGIN")}\n`, newText: "x\n" }]);
    for (const line of body) expect(text).not.toContain(line);
  });

  it("masks a secret that stands over two lines of the diff and nowhere in the file only where it is one", async () => {
    const { text } = await diffOf("pass\nword = x\nname: a\n", [{ oldText: "name: a", newText: "name: b" }]);
    expect(text).toContain(" pass\n word = x\n-name: a\n+name: b\n");
  });

  it.each([
    {
      what: "the name that it is assigned to",
      before: `password = "${password}"\n`,
      oldText: "password = ",
      newText: "greeting = ",
      secret: password,
    },
    {
      what: "the name, apart from white space",
      before: `  password = "${password}"\n  b\n`,
      oldText: `password = "${password}"\nb`,
      newText: `note "${password}"\nb`,
      secret: undefined,
    },
    { what: "the scheme of its URL", before: "https://me:hunter2horse@example.com/\n", oldText: "https://me:", newText: "me ", secret: "hunter2horse" },
    { what: "the mark that it begins with", before: `a ${token}\n`, oldText: token.slice(0, 6), newText: "", secret: token.slice(8, 20) },
    { what: "its middle, so that two halves are left", before: `a ${token}\n`, oldText: token.slice(18, 22), newText: "\n", secret: token.slice(24, 36) },
    {
      what: "the frame of a key, by two edits",
      before: `x\n${key}\ny\n`,
      oldText: armor("BEGIN"),
      newText: "",
      further: [{ oldText: armor("END"), newText: "" }],
      secret: body[4],
    },
    {
      what: "the lines of a key, quoted one by one",
      before: `x\n${key}\ny\n`,
      oldText: "\n",
      newText: "\n> ",
      all: true,
      further: [{ oldText: armor("BEGIN"), newText: "" }],
      secret: body[4],
    },
  ])("masks what is left of a secret when an edit takes away $what", async ({ before, oldText, newText, further = [], all, secret }) => {
    for (const dryRun of [true, false]) {
      writeFileSync(place.at("root/a.txt"), before);
      const edits = [{ oldText, newText, ...(all && { replaceAll: true }) }, ...further];
      const answer = await server.call("edit_file", { path: place.at("root/a.txt"), edits, dryRun });
      expect(answer).toAllow();
      expect(answer.text).toContain("[redacted:");
      if (secret !== undefined) expect(answer.text).not.toContain(secret);
    }
  });

  it("masks in what a dry run shows, too", async () => {
    writeFileSync(place.at("root/a.txt"), `token = "${token}"\nname = "a"\n`);
    const { text } = await server.call("edit_file", { path: place.at("root/a.txt"), edits: [{ oldText: "name", newText: "label" }], dryRun: true });
    expect(text).not.toContain(token.slice(4, 12));
  });

  it("tells no content in any refusal of an edit, nor in its record", async () => {
    writeFileSync(place.at("root/a.txt"), `one ${token}\ntwo ${token}\n`);
    for (const edits of [[{ oldText: "gh", newText: "x" }], [{ oldText: `one ${token.slice(0, 20)}zzz`, newText: "x" }]]) {
      const answer = await server.call("edit_file", { path: place.at("root/a.txt"), edits });
      expect(answer.isError).toBe(true);
      expect(JSON.stringify(answer.raw)).not.toContain(token.slice(20, 30));
      expect(JSON.stringify(server.calls({ call: answer.receipt?.call ?? "" }))).not.toContain(token.slice(4, 12));
    }
  });

  it("masks nothing where the card says so", async () => {
    using own = tree({ "root/": true, "policy/": true });
    await using plain = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }] }`, { card: "redact: none" });
    const { text } = await diffOf(`token = "${token}"\nname = "a"\n`, [{ oldText: 'name = "a"', newText: 'name = "b"' }], plain, own);
    expect(text).toContain(token);
  });
});

describe("no tool of the write server shows content but by that diff", () => {
  it.each([
    ["write_file", { path: "a.txt", content: "new" }],
    ["append_file", { path: "b.txt", content: "new" }],
    ["copy_file", { source: "c.txt", destination: "copied.txt" }],
    ["move_file", { source: "d.txt", destination: "moved.txt" }],
    ["create_directory", { path: "made" }],
    ["list_allowed_directories", {}],
    ["write_file", { path: "a.txt", content: "new", ifMatch: "0".repeat(64) }],
  ])("%s %j", async (tool, input) => {
    for (const name of ["a", "b", "c", "d"]) writeFileSync(place.at(`root/${name}.txt`), "CONTENT-OF-A-FILE");
    const answer = await server.call(tool, input);
    expect(JSON.stringify(answer.raw)).not.toContain("CONTENT-OF-A-FILE");
    expect(JSON.stringify(server.calls({ call: answer.receipt?.call ?? "" }))).not.toContain("CONTENT-OF-A-FILE");
  });
});
