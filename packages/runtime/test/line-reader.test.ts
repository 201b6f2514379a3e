import { describe, expect, it } from "vitest";
import { createLineReader, idOfLongLine, type Line } from "../src/line-reader.ts";

/** Feeds the text in pieces of a size and tells what came out. */
function readIn(text: string, size: number, cap: number): readonly (string | number)[] {
  const read = createLineReader(cap);
  const bytes = Buffer.from(text);
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...read(bytes.subarray(at, at + size)));
  return lines.map((line) => (line.kind === "line" ? line.bytes.toString("latin1") : line.length));
}

describe("the line reader", () => {
  const cases: readonly (readonly [string, string, readonly (string | number)[]])[] = [
    ["whole lines", "a\nbb\n", ["a", "bb"]],
    ["nothing of a line without its end", "a\nbb", ["a"]],
    ["lines with carriage returns", "a\r\nb\r\n", ["a", "b"]],
    ["no empty lines", "\n\n\r\na\n\n", ["a"]],
    ["a line of exactly the cap", `${"x".repeat(16)}\n`, ["x".repeat(16)]],
    ["only the length of a longer one", `${"x".repeat(17)}\na\n`, [17, "a"]],
    ["what follows a much longer one", `${"x".repeat(1_000)}\na\n${"y".repeat(99)}\nb\n`, [1_000, "a", 99, "b"]],
  ];
  it.each(cases)("gives %s, however the bytes are cut", (_name, text, expected) => {
    for (const size of [1, 2, 3, 7, 16, 17, 4096]) expect(readIn(text, size, 16)).toEqual(expected);
  });

  it("holds no more than the cap of a line that never ends (N5)", () => {
    const read = createLineReader(1024);
    const chunk = Buffer.alloc(64 * 1024, "x");
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 2_000; round += 1) expect(read(chunk)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
    const [line] = read(Buffer.from("\n"));
    expect(line).toMatchObject({ kind: "too-long", length: 2_000 * 64 * 1024 });
  });

  it("keeps both ends of a line over the cap, however the bytes are cut", () => {
    const text = `<head>${"x".repeat(2_000)}<tail>`;
    for (const size of [1, 100, 257, 5_000]) {
      const read = createLineReader(600);
      const bytes = Buffer.from(`${text}\n`);
      const lines: Line[] = [];
      for (let at = 0; at < bytes.length; at += size) lines.push(...read(bytes.subarray(at, at + size)));
      const [line] = lines;
      expect(line?.kind === "too-long" && line.head.toString()).toMatch(/^<head>x+$/);
      expect(line?.kind === "too-long" && line.tail.toString()).toMatch(/^x+<tail>$/);
    }
  });
});

describe("the id of a line over the cap", () => {
  const cases: readonly (readonly [string, string, string, string | number | null])[] = [
    ["at the start", '{"jsonrpc":"2.0","id":12,"method":"x', "xxx", 12],
    ["at the start, a string", '{"jsonrpc":"2.0","id":"a-b","method":"x', "xxx", "a-b"],
    ["at the end", "xxx", 'x"},"jsonrpc":"2.0","id":7}', 7],
    ["at the end, with a carriage return", "xxx", ',"id":7}\r', 7],
    ["inside an object at the end is none", "xxx", ',"id":7}}', null],
    ["inside a string at the end is none", "xxx", ',\\"id\\":7}', null],
    ["behind other members at the start is none", '{"params":{"id":3},"id":4', "xxx", null],
    ["that is a fraction is none", '{"jsonrpc":"2.0","id":1.5,', ',"id":1.5}', null],
    ["nowhere", "xxx", "xxx", null],
  ];
  it.each(cases)("%s", (_name, head, tail, id) => {
    expect(idOfLongLine(Buffer.from(head), Buffer.from(tail))).toBe(id);
  });
});
