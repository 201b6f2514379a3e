import { tree, type RunningServer, type Tree } from "@postern/testing";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader, startWriter } from "../subjects.ts";

let files: Tree;
let server: RunningServer;
beforeAll(async () => {
  files = tree({ "root/": true });
  server = await startWriter([files.at("root")]);
});
afterAll(async () => {
  await server.close();
  files.remove();
});

const at = (name = "a.txt"): string => files.at("root", name);
const put = (content: string | Buffer, name = "a.txt"): void => writeFileSync(at(name), content);
const bytes = (name = "a.txt"): Buffer => readFileSync(at(name));
const edit = (edits: readonly object[], more: object = {}) => server.call("edit_file", { path: at(), edits, ...more });
const digestOf = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

interface Case {
  readonly what: string;
  readonly before: string | Buffer;
  readonly edits: readonly object[];
  readonly after: string | Buffer;
}

const wide = (text: string, bigEndian = false): Buffer =>
  bigEndian ? Buffer.from(`\ufeff${text}`, "utf16le").swap16() : Buffer.from(`\ufeff${text}`, "utf16le");

const kept: readonly Case[] = [
  { what: "CRLF of a whole file", before: "a\r\nb\r\nc\r\n", edits: [{ oldText: "a\nb", newText: "a\nx\nb" }], after: "a\r\nx\r\nb\r\nc\r\n" },
  { what: "each line's own end where they differ", before: "a\nb\r\nc\nd\r\n", edits: [{ oldText: "c", newText: "C" }], after: "a\nb\r\nC\nd\r\n" },
  { what: "CRLF that the caller writes too", before: "a\r\nb\r\n", edits: [{ oldText: "a\r\nb", newText: "x\r\ny" }], after: "x\r\ny\r\n" },
  { what: "a lone carriage return", before: "a\rb\nc\n", edits: [{ oldText: "c", newText: "d" }], after: "a\rb\nd\n" },
  { what: "a missing line feed at the end", before: "a\nb", edits: [{ oldText: "b", newText: "c" }], after: "a\nc" },
  { what: "a line feed at the end", before: "a\nb\n", edits: [{ oldText: "b", newText: "c" }], after: "a\nc\n" },
  { what: "a byte order mark of UTF-8", before: "\ufeffa\nb\n", edits: [{ oldText: "a", newText: "ä" }], after: "\ufeffä\nb\n" },
  { what: "UTF-16, little-endian", before: wide("a\r\nß\r\n"), edits: [{ oldText: "ß", newText: "漢字 🙂" }], after: wide("a\r\n漢字 🙂\r\n") },
  { what: "UTF-16, big-endian", before: wide("a\nß\n", true), edits: [{ oldText: "ß", newText: "ö" }], after: wide("a\nö\n", true) },
  {
    what: "the file's indentation where only white space differs",
    before: "def f():\n\tif x:\n\t\ty()\n",
    edits: [{ oldText: "if x:\n    y()", newText: "if x:\n    y()\n    z()" }],
    after: "def f():\n\tif x:\n\t\ty()\n\t\tz()\n",
  },
  {
    what: "the indentation of lines that the caller repeats, with a line between them",
    before: "  a\n     b\n  c\n",
    edits: [{ oldText: "a\n  b\nc", newText: "a\n  b\n  new\nc" }],
    after: "  a\n     b\n     new\n  c\n",
  },
  {
    what: "the file's steps where a line goes deeper by the caller's",
    before: "\tif x:\n\t\ty()\n",
    edits: [{ oldText: "if x:\n    y()", newText: "if x:\n    if z:\n        y()" }],
    after: "\tif x:\n\t\tif z:\n\t\t\ty()\n",
  },
  {
    what: "blanks for steps where the caller writes tabs",
    before: "{\n  a: {\n    b\n  }\n}\n",
    edits: [{ oldText: "a: {\n\tb\n}", newText: "a: {\n\tb,\n\tc: {\n\t\td\n\t}\n}" }],
    after: "{\n  a: {\n    b,\n    c: {\n      d\n    }\n  }\n}\n",
  },
  {
    what: "the rest when the first of several lines goes",
    before: "  a\n  b\n    c\n",
    edits: [{ oldText: "a\nb\n  c", newText: "b\n  c" }],
    after: "  b\n    c\n",
  },
  {
    what: "line ends of both kinds within what is replaced, where lines stay",
    before: "a\r\nb\nc\r\n",
    edits: [{ oldText: "a\nb\nc", newText: "a\nb\nC" }],
    after: "a\r\nb\nC\r\n",
  },
  {
    what: "a line feed of the searched text that the file's last line lacks",
    before: "  a\n  b",
    edits: [{ oldText: "a\nb\n", newText: "a\nc\n" }],
    after: "  a\n  c",
  },
  { what: "what special signs stand for nowhere", before: "a$b\n", edits: [{ oldText: "a$b", newText: "$& $` $' $1" }], after: "$& $` $' $1\n" },
  {
    what: "the order of edits, each on what the one before left",
    before: "one\n",
    edits: [
      { oldText: "one", newText: "two" },
      { oldText: "two", newText: "three" },
    ],
    after: "three\n",
  },
  { what: "what becomes nothing", before: "a\nb\nc\n", edits: [{ oldText: "b\n", newText: "" }], after: "a\nc\n" },
];

describe("an edit keeps", () => {
  test.each(kept)("$what", async ({ before, edits, after }) => {
    put(before);
    expect(await edit(edits)).toAllow();
    expect(bytes()).toEqual(Buffer.from(after));
  });
});

describe("an edit that is not meant for certain changes nothing (N5)", () => {
  const refused = async (before: string | Buffer, edits: readonly object[], code: string, more: object = {}): Promise<string> => {
    put(before);
    const answer = await edit(edits, more);
    expect(answer).toFailWith(code);
    expect(bytes()).toEqual(Buffer.from(before));
    return answer.text;
  };

  test("one of two places, which it names by lines", async () => {
    const text = await refused("x = 1\ny = 2\nx = 1\n", [{ oldText: "x = 1", newText: "x = 3" }], "fs.ambiguous_match");
    expect(text).toContain("found 2 times, at lines 1, 3");
    expect(text).toContain("expectedReplacements: 2");
  });

  test("places that overlap, so that it is open which is meant", async () => {
    expect(await refused("aaa\n", [{ oldText: "aa", newText: "b" }], "fs.ambiguous_match")).toContain("at places that overlap, at line 1");
    expect(await refused("a\n a\na\n", [{ oldText: "\ta\n\ta\n", newText: "b\n" }], "fs.ambiguous_match")).toContain("at places that overlap, at line 1");
    expect(await edit([{ oldText: " a\na", newText: "b", replaceAll: true }])).toAllow();
  });

  test("a place that is told is where the text stands, though only its end would change", async () => {
    expect(await refused("a\nb\nc\na\nb\nc\n", [{ oldText: "a\nb\nc", newText: "a\nb\nd" }], "fs.ambiguous_match")).toContain("at lines 1, 4");
  });

  test("only white space, in a text that stands there with other white space", async () => {
    const text = await refused("\ta\n\tb\n", [{ oldText: "a \n  b", newText: "a\n  b" }], "fs.no_match");
    expect(text).toContain("nothing but white space would differ");
  });

  test("a carriage return that would become half of a line end", async () => {
    expect(await refused("a\nb\n", [{ oldText: "a", newText: "a\r" }], "fs.encoding")).toContain("nothing was changed");
    await refused("a\rx\nb\n", [{ oldText: "x", newText: "" }], "fs.encoding");
  });

  test("two places apart from white space", async () => {
    expect(await refused("  a\n    a\n", [{ oldText: "\ta\n", newText: "b\n" }], "fs.ambiguous_match")).toContain("at lines 1, 2");
  });

  test("as many places as expected, or all", async () => {
    await refused("a a a\n", [{ oldText: "a", newText: "b", expectedReplacements: 2 }], "fs.ambiguous_match");
    await refused("a\n", [{ oldText: "a", newText: "b", expectedReplacements: 2, replaceAll: true }], "fs.ambiguous_match");
    expect(await edit([{ oldText: "a", newText: "b", expectedReplacements: 1 }])).toAllow();
    put("a a a\n");
    expect(await edit([{ oldText: "a", newText: "b", expectedReplacements: 3 }])).toAllow();
    put("a a a\n");
    expect(await edit([{ oldText: "a", newText: "aa", replaceAll: true }])).toAllow();
    expect(bytes().toString()).toBe("aa aa aa\n");
  });

  test("the later of two, so the earlier is not made either", async () => {
    const text = await refused(
      "a\nb\n",
      [
        { oldText: "a", newText: "A" },
        { oldText: "z", newText: "Z" },
      ],
      "fs.no_match",
    );
    expect(text).toContain("oldText of edit 2");
  });

  test("a text that is nowhere: what is nearest is told by lines and columns, and no letter of the file", async () => {
    const text = await refused("alpha\nbeta\nsecret value\ndelta\n", [{ oldText: "alpha\nbeta\nsecret VALUE\ndelta", newText: "x" }], "fs.no_match");
    expect(text).toContain(
      "Nearest are lines 1 to 4, where 3 of 4 lines agree; line 3 of oldText differs from line 3 of the file, in letter case from column 8 on.",
    );
    expect(text).not.toContain("secret value");
    expect(await refused("alphabetical order\n", [{ oldText: "alphabetical ordering", newText: "x" }], "fs.no_match")).toContain(
      "Nearest is line 1, which begins alike",
    );
    expect(await refused("nothing like it\n", [{ oldText: "zzz", newText: "x" }], "fs.no_match")).toContain("No line of it is in the file.");
  });

  test.each([
    ["Latin-1", Buffer.from("caf\xe9\nb\n", "latin1")],
    ["broken UTF-8 behind a byte order mark", Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0a])],
    ["UTF-16 with a lone surrogate", Buffer.concat([wide("ab"), Buffer.from([0x00, 0xd8])])],
    ["UTF-16 with half a unit", Buffer.concat([wide("ab"), Buffer.from([0x62])])],
    ["binary data", Buffer.from([0x61, 0x62, 0, 1, 2])],
  ])("a file of %s", async (_name, before) => {
    expect(await refused(before, [{ oldText: "b", newText: "c" }], "fs.encoding")).toContain("nothing was changed");
  });

  test("a file that is not there, or is a directory", async () => {
    expect(await server.call("edit_file", { path: at("missing.txt"), edits: [{ oldText: "a", newText: "b" }] })).toFailWith("fs.not_found");
    await server.call("create_directory", { path: at("d") });
    expect(await server.call("edit_file", { path: at("d"), edits: [{ oldText: "a", newText: "b" }] })).toFailWith("fs.is_directory");
  });

  test("what no schema takes", async () => {
    for (const edits of [
      [],
      [{ oldText: "", newText: "x" }],
      [{ oldText: "a" }],
      [{ oldText: "a", newText: "b", all: true }],
      [{ oldText: "a", newText: "\ud800" }],
      [{ oldText: "a", newText: "\0" }],
      [{ oldText: "\0", newText: "b" }],
    ]) {
      put("a\n");
      expect(await edit(edits)).toDenyWith("input.invalid");
      expect(bytes().toString()).toBe("a\n");
    }
    expect(await edit([{ oldText: "a", newText: "b" }], { dryRun: "true" })).toDenyWith("input.invalid");
  });

  test("a text that differs by blanks within a line", async () => {
    expect(await refused("one\na  =  B\n", [{ oldText: "a = b", newText: "x" }], "fs.no_match")).toContain("Nearest is line 2, which differs");
  });

  test("edits that would make gigabytes of a short call", { timeout: 60_000 }, async () => {
    const doubling = Array.from({ length: 40 }, () => ({ oldText: "a", newText: "aa", replaceAll: true }));
    expect(await refused("a\n", doubling, "fs.too_large")).toContain("nothing was changed");
    await refused("a".repeat(90_000), [{ oldText: "a", newText: "b".repeat(100_000), replaceAll: true }], "fs.too_large");
    await refused("x\n".repeat(90_000), [{ oldText: " x\n", newText: "y".repeat(100_000), replaceAll: true }], "fs.too_large");
    await refused(`${" ".repeat(1_000_000)}a\n`, [{ oldText: "\ta\n", newText: "\tb\n".repeat(100_000) }], "fs.too_large");
    await refused("a".repeat(200_000), [{ oldText: "a", newText: "b", replaceAll: true }], "fs.too_large");
    await refused("a".repeat(17 * 1024 * 1024), [{ oldText: "a", newText: "b", replaceAll: true }], "fs.too_large");
  });

  test("an edit that changes nothing writes nothing", async () => {
    put("a\n");
    const { mtimeMs, ino } = statSync(at());
    expect(await edit([{ oldText: "a", newText: "a" }])).toAllow();
    expect(statSync(at())).toMatchObject({ mtimeMs, ino });
  });

  test("texts that are made to take long take no longer, and hold nobody up (N5)", { timeout: 60_000 }, async () => {
    const before = `${"a".repeat(4_000_000)}\n`;
    put(before);
    put("x", "other.txt");
    const begun = performance.now();
    const slow = edit([{ oldText: `b${"a".repeat(200_000)}`, newText: "x" }]);
    expect(await server.call("write_file", { path: at("other.txt"), content: "y" })).toAllow();
    expect(await slow).toFailWith("fs.no_match");
    put("x\n".repeat(500_000));
    expect(await edit([{ oldText: ` ${"x\n".repeat(50_000)}y\n`, newText: "x" }])).toFailWith("fs.no_match");
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe("the diff of a large file", () => {
  test("is cut at what an answer holds, by lines, and the edit is made", { timeout: 120_000 }, async () => {
    put("\n".repeat(4_000_000));
    put("x", "other.txt");
    let longest = 0;
    const slow = edit([{ oldText: "\n\n\n", newText: "a\n", expectedReplacements: 1_000_000 }]);
    expect(await slow).toFailWith("fs.too_large");
    const line = "x".repeat(60);
    put(`${line}\n`.repeat(90_000));
    const many = edit([{ oldText: line, newText: "yy", replaceAll: true }]);
    const state = { done: false };
    void many.finally(() => {
      state.done = true;
    });
    while (!state.done) {
      const begun = performance.now();
      await server.call("list_allowed_directories", {});
      longest = Math.max(longest, performance.now() - begun);
    }
    const answer = await many;
    expect(answer).toAllow();
    expect(answer.text).toContain(`\n-${line}\n`);
    expect(answer.text).toMatch(/\[\d+ more lines are left out: the diff is longer than an answer holds\.\]/);
    expect(bytes().toString()).toBe("yy\n".repeat(90_000));
    expect(longest).toBeLessThan(5_000);
  });

  test("shows one line that is longer than an answer as left out", async () => {
    put(`${"a".repeat(9_000_000)}\nend\n`);
    const answer = await edit([{ oldText: "end", newText: "END" }]);
    expect(answer).toAllow();
    expect(answer.text).toContain("left out");
    expect(bytes().subarray(-4).toString()).toBe("END\n");
  });
});

describe("a dry run shows what would be and leaves no trace (N5)", () => {
  test("not even for the moment of the call, and is recorded as a read", async () => {
    put("a\n");
    const before = statSync(files.at("root"));
    const answer = await edit([{ oldText: "a", newText: "b" }], { dryRun: true });
    expect(answer).toAllow();
    expect(answer.text).toContain("-a\n+b\n");
    expect(bytes().toString()).toBe("a\n");
    expect(statSync(files.at("root")).mtimeMs).toBe(before.mtimeMs);
    expect(server.calls({ call: answer.receipt?.call ?? "" })).toMatchObject([{ effect: "read", changes: [] }]);
  });
});

describe("ifMatch binds a change to the content that was read (E2)", () => {
  test("digests are offered by reads and get_file_info, and by changes to those who brought one", async () => {
    put("one\n");
    await using reader = await startReader([files.at("root")]);
    const digest = digestOf("one\n");
    expect((await reader.call("read_text_file", { path: at(), sha256: true })).text).toBe(`one\n\n[sha256 ${digest}]`);
    expect((await reader.call("read_text_file", { path: at(), head: 1, sha256: true })).text).toContain(`[sha256 ${digest}]`);
    expect((await reader.call("get_file_info", { path: at(), sha256: true })).text).toContain(`sha256: ${digest}`);
    const written = await server.call("write_file", { path: at(), content: "two\n", ifMatch: digest.toUpperCase() });
    expect(written.text).toBe(`Successfully wrote to ${at()}\n[sha256 ${digestOf("two\n")}]`);
    const edited = await edit([{ oldText: "two", newText: "three" }], { ifMatch: digestOf("two\n") });
    expect(edited.text).toContain(`[sha256 ${digestOf("three\n")}]`);
    const appended = await server.call("append_file", { path: at(), content: "four\n", ifMatch: digestOf("three\n") });
    expect(appended.text).toContain(`[sha256 ${digestOf("three\nfour\n")}]`);
    expect((await server.call("append_file", { path: at(), content: "five\n" })).text).not.toContain("sha256");
  });

  test.each([
    ["write_file", { content: "x" }],
    ["append_file", { content: "x" }],
    ["edit_file", { edits: [{ oldText: "here", newText: "x" }] }],
    ["edit_file", { edits: [{ oldText: "here", newText: "x" }], dryRun: true }],
  ])("%s %j of another content is a conflict, and so is a file that is gone", async (tool, input) => {
    put("here\n");
    expect(await server.call(tool, { path: at(), ...input, ifMatch: digestOf("elsewhere") })).toFailWith("fs.conflict");
    expect(bytes().toString()).toBe("here\n");
    expect(await server.call(tool, { path: at("gone.txt"), ...input, ifMatch: digestOf("here\n") })).toFailWith("fs.conflict");
  });
});

describe("a file that is written", () => {
  test.each([
    ["UTF-8 behind a byte order mark", Buffer.from("\ufeffa\n"), Buffer.from("\ufeffa\nß\n")],
    ["UTF-16, little-endian", wide("a\n"), wide("a\nß\n")],
    ["UTF-16, big-endian", wide("a\n", true), wide("a\nß\n", true)],
    ["one byte", Buffer.from("a"), Buffer.from("aß\n")],
    ["nothing", Buffer.alloc(0), Buffer.from("ß\n")],
    ["bytes that are no text", Buffer.from([0xff, 0, 1]), Buffer.concat([Buffer.from([0xff, 0, 1]), Buffer.from("ß\n")])],
  ])("is added to in its own encoding: %s", async (_name, before, after) => {
    put(before);
    expect(await server.call("append_file", { path: at(), content: "ß\n" })).toAllow();
    expect(bytes()).toEqual(after);
  });

  test("is a directory where the name ends in a slash, and not below what is missing", async () => {
    expect(await server.call("write_file", { path: `${at("new.txt")}/`, content: "x" })).toFailWith("fs.is_directory");
    expect(await server.call("write_file", { path: `${at("a.txt")}/`, content: "x" })).toFailWith("fs.not_directory");
  });

  test("keeps its mode, loses set-user-id and set-group-id, and is a new file with the process's mask otherwise", async () => {
    put("a");
    chmodSync(at(), 0o640);
    expect(await server.call("write_file", { path: at(), content: "b" })).toAllow();
    expect(lstatSync(at()).mode & 0o7777).toBe(0o640);
    chmodSync(at(), 0o6755);
    expect(await server.call("append_file", { path: at(), content: "c" })).toAllow();
    expect(lstatSync(at()).mode & 0o7777).toBe(0o755);
    expect(await server.call("write_file", { path: at("fresh.txt"), content: "b" })).toAllow();
    expect(lstatSync(at("fresh.txt")).mode & 0o777).toBe(0o666 & ~process.umask());
    for (const mode of [0o600, 0o4755]) {
      chmodSync(at("fresh.txt"), mode);
      expect(await server.call("copy_file", { source: at("fresh.txt"), destination: at(`copy-${mode}`) })).toAllow();
      expect(lstatSync(at(`copy-${mode}`)).mode & 0o7777).toBe(mode & 0o777 & ~process.umask());
    }
  });

  test("may have the longest name that there is, in any script", async () => {
    for (const name of ["x".repeat(255), "字".repeat(85), "a b\tc\nd", "-rf", "'\"`$(x)"]) {
      expect(await server.call("write_file", { path: at(name), content: "x" })).toAllow();
      expect(await server.call("write_file", { path: at(name), content: "y" })).toAllow();
      expect(bytes(name).toString()).toBe("y");
    }
  });

  test("of some megabytes is written whole, and one that no message carries is refused", { timeout: 60_000 }, async () => {
    const large = "0123456789abcde\n".repeat(400_000);
    expect(await server.call("write_file", { path: at("large.txt"), content: large })).toAllow();
    expect(bytes("large.txt").toString()).toBe(large);
    expect(await server.call("append_file", { path: at("large.txt"), content: large })).toAllow();
    expect(statSync(at("large.txt")).size).toBe(2 * large.length);
    expect(await server.call("write_file", { path: at("large.txt"), content: "x".repeat(8 * 1024 * 1024 + 1) })).toDenyWith("input.invalid");
    expect(statSync(at("large.txt")).size).toBe(2 * large.length);
  });
});
