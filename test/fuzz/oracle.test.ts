import { hostileLines } from "@postern/testing";
import { describe, expect, test } from "vitest";
import { repository } from "../checks/source.ts";
import { asksFor, leaksIn, mustBeRecorded } from "./oracle.ts";

const options = { seed: 7, count: 3_000, tools: ["read_text_file"], paths: ["a.txt"] };

describe("the lines are worth sending", () => {
  const lines = hostileLines(options);

  test("most are calls that get past the first look, many are not, and none is two lines", () => {
    const must = lines.filter(({ bytes }) => mustBeRecorded(bytes)).length;
    const asking = lines.filter(({ bytes, id }) => asksFor(bytes, id)).length;
    expect(must / lines.length).toBeGreaterThan(0.7);
    expect(asking / lines.length).toBeGreaterThan(0.4);
    expect(asking / lines.length).toBeLessThan(0.9);
    expect(lines.filter(({ bytes }) => bytes.includes(0x0a))).toEqual([]);
  });

  test("the same seed gives the same lines, another one others", () => {
    expect(hostileLines(options)).toEqual(lines);
    expect(hostileLines({ ...options, seed: 8 })).not.toEqual(lines);
  });
});

test.each([
  ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', true],
  ['{"jsonrpc":"2.0","method":"tools/call"}', true],
  ['{"jsonrpc":"2.0","id":1,"method":"resources/read"}', true],
  ["[]", true],
  ["7", true],
  ["{", true],
  ["\u0000", true],
  [" ", true],
  ["", false],
  ["\r", false],
  ['{"jsonrpc":"2.0","id":1,"method":"ping"}', false],
  ['{"jsonrpc":"2.0","method":"notifications/cancelled"}', false],
])("%j must be recorded: %s", (line, expected) => {
  expect(mustBeRecorded(Buffer.from(line))).toBe(expected);
});

test.each([
  ["a stack", JSON.stringify({ text: "oops\n    at call (guard.ts)" })],
  ["a place in the code", "failed in walk.js:12"],
  ["an exception's name", "TypeError"],
  ["an exception's text", "x is not a function"],
  ["the system's code", "open failed: ENOENT"],
  ["the database's code", "SQLITE_BUSY"],
  ["the repository", `${repository}/x`],
  ["a hidden path", "see /state/postern"],
])("finds %s in an answer", (_name, line) => {
  expect(leaksIn(line, ["/state/postern"])).not.toEqual([]);
});

test("finds nothing in an honest answer", () => {
  expect(leaksIn('Denied (path.outside_root): "../x" lies outside of the allowed directories.', ["/state/postern"])).toEqual([]);
});
