import { describe, expect, test } from "vitest";
import { markedLines, quotedLine, visible } from "../src/visible-text.ts";

const unseen = [
  ["a zero width space", "\u200b"],
  ["a mark that turns text around", "\u202e"],
  ["a soft hyphen", "\u00ad"],
  ["a tag character", "\u{e0041}"],
  ["an escape for terminals", "\u001b[2J"],
  ["a carriage return, which goes back to the line's begin", "\r"],
  ["a no-break space", "\u00a0"],
  ["an ideographic space", "\u3000"],
  ["a line separator", "\u2028"],
  ["a Hangul filler", "\u3164"],
  ["half a character", "\ud800"],
  ["a private character", "\ue000"],
  ["a Braille blank", "\u2800"],
  ["a musical blank", "\u{1d159}"],
  ["an Egyptian blank", "\u{13441}"],
  ["an Egyptian joiner", "\u{13430}"],
  ["a mark of damage", "\u{13455}"],
  ["a Khitan filler", "\u{16fe4}"],
  ["what stands for an object", "\ufffc"],
  ["a stroke through the letter before", "\u0336"],
  ["a stroke of another block", "\u20e5"],
  ["a circle around the letter before", "\u20dd"],
] as const;

describe("what a human is shown of a text (B3)", () => {
  test.each(unseen)("writes out %s", (_name, character) => {
    for (const shown of [visible(`a${character}b`), quotedLine(`a${character}b`) ?? ""]) {
      expect(shown).not.toContain(character);
      expect(shown).toMatch(/a\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|r)/);
    }
  });

  test("says no two texts alike", () => {
    const alphabet = ["a", "\\", "u", "{", "}", "5", "c", "\u200b", "\\u{200b}", "\n", " "];
    let texts = [""];
    const all = new Set(texts);
    for (let length = 1; length <= 4; length += 1) {
      texts = texts.flatMap((text) => alphabet.map((character) => text + character));
      for (const text of texts) all.add(text);
    }
    expect(new Set([...all].map(visible)).size).toBe(all.size);
  });

  test("is no line of ours, whatever it holds, in every character that there is", () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const lines = markedLines(visible(`a${String.fromCodePoint(code)}b`)) ?? ["too long"];
      const whole =
        lines.every((line) => line.startsWith("| ")) &&
        (code === 10 ? lines.length === 2 : lines.length === 1 && !/[\r\v\f\u0085\u2028\u2029]/.test(lines.join("")));
      if (!whole) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  test("pushes nothing out of sight by blanks", () => {
    expect(visible(`a${" ".repeat(500)}b`)).toBe("a\\u{500 blanks}b");
    expect(visible(`a${" ".repeat(16)}b`)).toBe("a\\u{16 blanks}b");
    expect(visible(`a${" ".repeat(15)}b`)).toBe(`a${" ".repeat(15)}b`);
    expect(visible("a\t\tb")).toBe("a\\u{2 tabs}b");
    expect(visible("a\t b\tc")).toBe("a\t b\tc");
    expect(visible(`a${"\t".repeat(47)}   \tb`)).toBe("a\\u{47 tabs 3 blanks 1 tab}b");
  });

  test("shows the marks that letters are written with, and writes out what stands in a tower, or on nothing", () => {
    // Vietnamese, Hebrew with vowels and a cantillation mark, Devanagari, Thai.
    for (const word of ["e\u0302\u0323", "\u05e9\u05c1\u05b8\u0591", "\u0915\u094d\u0937\u094d\u092e\u093f", "\u0e17\u0e35\u0e48"])
      expect(visible(word)).toBe(word);
    expect(visible(`a${"\u0300".repeat(5)}b`)).toBe("a\u0300\u0300\u0300\\u{300}\\u{300}b");
    expect(visible(`a${"\u0300".repeat(50)}b`).match(/\p{M}/gu)).toHaveLength(3);
    expect(visible("\u0300a")).toBe("\\u{300}a");
    expect(quotedLine("\u0300a")).toBe('"\\u{300}a"');
    expect(visible("a\u200b\u0300\u0300")).toBe("a\\u{200b}\\u{300}\\u{300}");
    expect(visible("r\u0336m\u0301\u0336")).toBe("r\\u{336}m\u0301\\u{336}");
  });

  test("shows nothing as a mask that is none", () => {
    expect(visible("[redacted:token, 3 characters]")).toBe("\\u{5b}redacted:token, 3 characters]");
    expect(visible("[\u200bredacted:x")).toBe("[\\u{200b}redacted:x");
  });

  test("is whole, or not there at all", () => {
    expect(markedLines("x".repeat(4_000))).toHaveLength(1);
    expect(markedLines("x".repeat(4_001))).toBeUndefined();
    expect(markedLines("\n".repeat(119))).toHaveLength(120);
    expect(markedLines("\n".repeat(120))).toBeUndefined();
    expect(quotedLine("x".repeat(598))).toBe(`"${"x".repeat(598)}"`);
    expect(quotedLine("x".repeat(599))).toBeUndefined();
  });
});
