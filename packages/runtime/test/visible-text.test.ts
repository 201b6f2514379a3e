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
] as const;

describe("what a human is shown of a text (B3)", () => {
  test.each(unseen)("writes out %s", (_name, character) => {
    for (const shown of [visible(`a${character}b`), quotedLine(`a${character}b`), markedLines(`a${character}b`)?.join("\n") ?? ""]) {
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
      const lines = markedLines(`a${String.fromCodePoint(code)}b`) ?? ["too long"];
      const whole =
        lines.every((line) => line.startsWith("| ")) &&
        (code === 10 ? lines.length === 2 : lines.length === 1 && !/[\r\v\f\u0085\u2028\u2029]/.test(lines.join("")));
      if (!whole) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  test("pushes nothing out of sight by blanks", () => {
    expect(visible(`a${" ".repeat(500)}b`)).toBe("a\\u{500 blanks}b");
    expect(visible(`a${" ".repeat(16)}b`)).toBe(`a${" ".repeat(16)}b`);
  });

  test("is whole, or not there at all", () => {
    expect(markedLines("x".repeat(4_000))).toHaveLength(1);
    expect(markedLines("x".repeat(4_001))).toBeUndefined();
    expect(markedLines("\n".repeat(119))).toHaveLength(120);
    expect(markedLines("\n".repeat(120))).toBeUndefined();
    expect(quotedLine("x".repeat(1_000))).toMatch(/^too long to show: 1000 bytes, SHA-256 [0-9a-f]{64}$/);
  });
});
