import { truncateSync, writeFileSync } from "node:fs";
import { type RunningServer, type Tree, tree } from "@postern/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

const page = 2 * 1024 * 1024;
const lines = (count: number, width: number): string =>
  Array.from({ length: count }, (_, line) => `${line + 1} ${"é".repeat(width)}`.padEnd(width, ".")).join("\n");
const long = lines(30_000, 100);
const wide = `${Array.from({ length: 60_000 }, (_, line) => `line ${line + 1} äö🙂`).join("\r\n")}\r\n`;

let place: Tree;
let server: RunningServer;
beforeAll(async () => {
  place = tree({
    "root/small.txt": "one\ntwo\nthree\nfour\n",
    "root/no-end.txt": "one\ntwo",
    "root/long.txt": long,
    "root/one-line.txt": `${"ü".repeat(2 * page)}\nlast\n`,
    "root/utf16le.txt": Buffer.from(`\ufeff${wide}`, "utf16le"),
    "root/utf16be.txt": Buffer.from(`\ufeff${wide}`, "utf16le").swap16(),
    "root/broken-bom.txt": Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62]),
    "root/odd-utf16.txt": Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x62]),
    "root/program": Buffer.from("\x7fELF\x02\x01\x01\0\0\0", "latin1"),
    "root/sparse.bin": "",
    "root/big.log": "",
    "root/folder/": true,
  });
  truncateSync(place.at("root/sparse.bin"), 700_000_000);
  // Text at both ends of a file that no process could hold as one string.
  const file = place.at("root/big.log");
  writeFileSync(file, "first lines\n".repeat(10_000));
  truncateSync(file, 700_000_000);
  writeFileSync(file, "\nlast line\n", { flag: "a" });
  server = await startReader([place.at("root")]);
});
afterAll(async () => {
  await server.close();
  place.remove();
});

const read = (path: string, how: Readonly<Record<string, unknown>> = {}) => server.call("read_text_file", { path, ...how });

/** Follows the paging text as a model would, to the end. */
async function readAll(path: string): Promise<{ readonly text: string; readonly pages: number }> {
  let text = "";
  let next: Record<string, unknown> | undefined = {};
  let pages = 0;
  while (next !== undefined) {
    const answer = await read(path, next);
    expect(answer).toAllow();
    const [, shown = answer.text, notes = ""] = /^([\s\S]*?)\n((?:\[[^\n]*\]\n?)+)$/.exec(answer.text) ?? [];
    const call: RegExpExecArray | null = /offset=(\d+)(?: and lineOffset=(\d+))? /.exec(notes);
    text += call?.[2] === undefined && !shown.endsWith("\n") ? shown : shown.replace(/\n$/, call?.[2] === undefined ? "\n" : "");
    next = call === null ? undefined : { offset: Number(call[1]), ...(call[2] !== undefined && { lineOffset: Number(call[2]) }) };
    pages += 1;
    expect(pages).toBeLessThan(20);
  }
  return { text, pages };
}

describe("pages", () => {
  it("gives the first page of a large file and says how to go on", async () => {
    const answer = await read("long.txt");
    expect(answer).toAllow();
    expect(Buffer.byteLength(answer.text)).toBeLessThan(page + 200);
    const [, last, total, next] = /\[Showing lines 1-(\d+) of (\d+)\. Call read_text_file with offset=(\d+) to continue\.\]$/.exec(answer.text) ?? [];
    expect([total, Number(next)]).toEqual(["30000", Number(last) + 1]);
    expect(answer.text.startsWith(long.split("\n").slice(0, Number(last)).join("\n"))).toBe(true);
  });

  it.each(["long.txt", "one-line.txt", "utf16le.txt", "utf16be.txt", "small.txt", "no-end.txt"])(
    "loses and repeats nothing of %s between pages",
    async (name) => {
      const { text, pages } = await readAll(name);
      const wanted = {
        "long.txt": long,
        "one-line.txt": `${"ü".repeat(2 * page)}\nlast\n`,
        "utf16le.txt": wide,
        "utf16be.txt": wide,
        "small.txt": "one\ntwo\nthree\nfour\n",
        "no-end.txt": "one\ntwo",
      }[name];
      // A note stands on a line of its own: whether the last line of all ended with a line feed is not told on a page with one.
      expect(text.replace(/\n$/, "") === wanted?.replace(/\n$/, "")).toBe(true);
      expect(pages > 1).toBe(Buffer.byteLength(wanted ?? "", name.startsWith("utf16") ? "utf16le" : "utf8") > page);
    },
  );

  const parts: readonly (readonly [how: Readonly<Record<string, unknown>>, answer: string])[] = [
    [{ offset: 2 }, "two\nthree\nfour\n\n[Showing lines 2-4 of 4.]"],
    [{ offset: 2, limit: 2 }, "two\nthree\n\n[Showing lines 2-3 of 4. Call read_text_file with offset=4 to continue.]"],
    [{ limit: 1 }, "one\n\n[Showing lines 1-1 of 4. Call read_text_file with offset=2 to continue.]"],
    [{ limit: 4 }, "one\ntwo\nthree\nfour\n"],
    [{ offset: 4 }, "four\n\n[Showing lines 4-4 of 4.]"],
    [{ offset: 5 }, "[The file has 4 lines; offset=5 is past its end.]"],
    [{ offset: 1, lineOffset: 1, limit: 1 }, "ne\n\n[Showing lines 1-1 of 4. Call read_text_file with offset=2 to continue.]"],
    [{ offset: 4, lineOffset: 99 }, "[The file has 4 lines; lineOffset=99 is past the end of the last one.]"],
  ];
  it.each(parts)("gives %j of a small file", async (how, text) => {
    expect((await read("small.txt", how)).text).toBe(text);
  });

  const refused = [
    { head: 0 },
    { head: -1 },
    { tail: 1.5 },
    { offset: 0 },
    { limit: 0 },
    { head: 1, offset: 2 },
    { tail: 1, limit: 2 },
    { offset: "2" },
    { lineOffset: -1 },
    { tail: null },
  ];
  it.each(refused)("refuses %j before anything is read (S3)", async (how) => {
    expect(await read("small.txt", how)).toDenyWith("input.invalid");
  });
});

describe("large files (N5)", () => {
  it("answers the ends of a 700 MB file without reading the middle", async () => {
    const started = performance.now();
    expect((await read("big.log", { head: 2 })).text).toBe("first lines\nfirst lines");
    expect((await read("big.log", { tail: 2 })).text).toBe("last line\n");
    expect((await read("big.log", { offset: 9_999, limit: 1 })).text).toMatch(/^first lines\n\n\[Showing lines 9999-9999 of more than 9999\./);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("refuses 700 MB of nothing as text and as media, and lives", async () => {
    expect(await read("sparse.bin")).toFailWith("fs.encoding");
    expect(await server.call("read_media_file", { path: "sparse.bin" })).toFailWith("limit.result");
    expect(await server.call("read_multiple_files", { paths: ["sparse.bin", "small.txt"] })).toAllow();
    expect((await read("small.txt")).text).toBe("one\ntwo\nthree\nfour\n");
  });
});

describe("says how it read a file", () => {
  const told: readonly (readonly [name: string, text: string])[] = [
    ["broken-bom.txt", "a\ufffdb\n\n[Decoded as UTF-8; some bytes are not valid in it and stand here as U+FFFD.]"],
    ["odd-utf16.txt", "a\ufffd\n\n[Decoded as UTF-16 little-endian; some bytes are not valid in it and stand here as U+FFFD.]"],
  ];
  it.each(told)("%s", async (name, text) => {
    expect((await read(name)).text).toBe(text);
  });

  it("as text or not at all", async () => {
    const answer = await read("program");
    expect(answer).toFailWith("fs.encoding");
    expect(answer.text).toBe("program is not text (application/octet-stream, 10 bytes). read_media_file returns it as it is.");
    expect(await server.call("read_media_file", { path: "small.txt" })).toFailWith("fs.encoding");
    expect(await server.call("read_media_file", { path: "utf16le.txt" })).toFailWith("fs.encoding");
    expect(await server.call("read_media_file", { path: "program" })).toAllow();
  });

  it.each([
    ["folder", "fs.is_directory"],
    ["missing.txt", "fs.not_found"],
    ["small.txt/below", "fs.not_directory"],
  ])("fails %s with %s (E3)", async (path, code) => {
    expect(await read(path)).toFailWith(code);
    expect(await server.call("read_media_file", { path })).toFailWith(code);
  });
});

describe("several files", () => {
  it("reports each denial and each failure in its place (E3)", async () => {
    const { text } = await server.call("read_multiple_files", { paths: ["small.txt", "../other", "missing.txt", "folder", "program"] });
    const [first, second, third, fourth, fifth] = text.split("\n---\n");
    expect(first).toBe("small.txt:\none\ntwo\nthree\nfour\n\n");
    expect(second).toMatch(/^\.\.\/other: Error - .*\[path\.outside_root\]$/);
    expect(third).toMatch(/^missing\.txt: Error - .*\[fs\.not_found\]$/);
    expect(fourth).toMatch(/^folder: Error - .*\[fs\.is_directory\]$/);
    expect(fifth).toMatch(/^program: Error - program is not text .*\[fs\.encoding\]$/);
  });

  it("shares one page between them and says what is left", async () => {
    const { text } = await server.call("read_multiple_files", { paths: ["small.txt", "long.txt", "no-end.txt"] });
    expect(Buffer.byteLength(text)).toBeLessThan(page + 1_000);
    const [, cut, none] = text.split("\n---\n");
    expect(cut).toMatch(/\[Showing lines 1-\d+ of 30000\. Call read_text_file with offset=\d+ to continue\.\]\n$/);
    expect(none).toMatch(/^no-end\.txt:\n|Call read_text_file for it\.$/);
  });

  it("is denied as a whole when nothing of it is allowed", async () => {
    expect(await server.call("read_multiple_files", { paths: ["/etc/passwd", "../x"] })).toDenyWith("path.outside_root");
  });
});
