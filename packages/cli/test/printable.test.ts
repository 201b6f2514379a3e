import { describe, expect, it } from "vitest";
import { jsonLine, printable } from "../src/printable.ts";

/** Everything that moves a cursor, starts a sequence, turns the direction, hides or breaks a line. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/u;

const hostile: readonly (readonly [string, string, string])[] = [
  ["a color", "\u001b[31mred", "\\u{1b}[31mred"],
  ["a cleared screen", "\u001b[2J\u001b[H", "\\u{1b}[2J\\u{1b}[H"],
  ["a window title", "\u001b]0;owned\u0007", "\\u{1b}]0;owned\\u{7}"],
  ["a link over other text", "\u001b]8;;http://x\u001b\\y", "\\u{1b}]8;;http://x\\u{1b}\\\\y"],
  ["an eight-bit sequence", "\u009b2J", "\\u{9b}2J"],
  ["a new line with a forged row", "a\n2026-11-22T00:00:00Z  me  ok", "a\\u{a}2026-11-22T00:00:00Z  me  ok"],
  ["an overwritten line", "denied\rok    ", "denied\\u{d}ok    "],
  ["an erased word", "evil\b\b\b\bgood", "evil\\u{8}\\u{8}\\u{8}\\u{8}good"],
  ["a reversed extension", "report\u202efdp.exe", "report\\u{202e}fdp.exe"],
  ["an isolated run", "\u2067a\u2069", "\\u{2067}a\\u{2069}"],
  ["letters without width", "pass\u200bword\ufeff", "pass\\u{200b}word\\u{feff}"],
  ["invisible tags", "a\u{e0041}", "a\\u{e0041}"],
  ["a line separator", "a\u2028b", "a\\u{2028}b"],
  ["a space that is none", "a\u00a0b\u3000c", "a\\u{a0}b\\u{3000}c"],
  ["half a character", "a\ud800", "a\\u{d800}"],
  ["an escape that is written out", "\\u{1b}", "\\\\u{1b}"],
  ["what is harmless", "Grüße/日本語/🗂 notes.md", "Grüße/日本語/🗂 notes.md"],
];

describe("text from the log on a terminal", () => {
  it.each(hostile)("shows %s as what it is", (_name, value, shown) => {
    expect(printable(value)).toBe(shown);
    expect(printable(value)).not.toMatch(unsafe);
  });

  it("keeps combining marks from painting over other lines", () => {
    const stack = `a${"\u0301".repeat(50)}`;
    expect(printable(stack).match(/\p{M}/gu)).toHaveLength(3);
    expect(printable("e\u0301te\u0301")).toBe("e\u0301te\u0301");
  });

  it.each(hostile)("writes %s as JSON that is safe to show and means the same", (_name, value) => {
    const line = jsonLine({ value, [value]: [value] });
    expect(line).not.toMatch(unsafe);
    expect(JSON.parse(line)).toStrictEqual({ value, [value]: [value] });
  });
});
