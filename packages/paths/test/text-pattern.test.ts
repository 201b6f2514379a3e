import { describe, expect, test } from "vitest";
import { checkTextPattern, compileTextPattern, lineEnd, type TextQuery } from "../src/text-pattern.ts";

const never = (): boolean => false;

/** Numbers of the lines that match, the way a search walks through a text. */
function lines(text: string, query: Partial<TextQuery> & { readonly pattern: string }): number[] {
  const full = { literal: false, ignoreCase: false, ...query };
  expect(checkTextPattern(full)).toBeUndefined();
  const matcher = compileTextPattern(full, never);
  const found: number[] = [];
  for (let at = matcher.next(text, 0); at >= 0; at = matcher.next(text, lineEnd(text, at) + 1)) {
    found.push(text.slice(0, at).split("\n").length);
    if (lineEnd(text, at) + 1 >= text.length) break;
  }
  // A text that is ruled out must hold no matching line.
  if (found.length > 0) expect(matcher.maybe(text)).toBe(true);
  return found;
}

describe("literal patterns", () => {
  test.each([
    ["a.b", "axb\na.b\n", false, [2]],
    ["A.B", "axb\na.b", true, [2]],
    ["größe", "GRÖßE\ngröße", true, [1, 2]],
    ["größe", "GRÖßE\ngröße", false, [2]],
    ["ς", "Σ\nσ\nς\ns", true, [1, 2, 3]],
    ["(?i)[x", "X\n(?i)[x", false, [2]],
    ["\\d+$", "1\n\\d+$", true, [2]],
    ["x", "x x\nx\n\nx", false, [1, 2, 4]],
  ] as const)("%j in %j, ignoring case: %s", (pattern, text, ignoreCase, expected) => {
    expect(lines(text, { pattern, literal: true, ignoreCase })).toEqual(expected);
  });
});

describe("regular expressions are matched line by line", () => {
  test.each([
    ["^b", "ab\nb\ncb", [2]],
    ["b$", "ab\nb\nbc", [1, 2]],
    ["^$", "a\n\nb\n", [2]],
    ["\\Ab\\z", "b\nab\nb", [1, 3]],
    ["(?-m)^b", "a\nb", [2]],
    ["a[^x]b", "a\nb\na-b", [3]],
    ["a\\sb", "a\nb\na b", [3]],
    ["(?s)a.b", "a\nb", []],
    ["\\bfoo\\b", "food\na foo", [2]],
    ["(?i)STRASSE|straße", "Straße\nx", [1]],
    ["\\p{Greek}", "a\nλ", [2]],
    [".", "\n\nx\n", [3]],
  ] as const)("%s in %j", (pattern, text, expected) => {
    expect(lines(text, { pattern })).toEqual(expected);
  });

  test("a search that was stopped looks no further", () => {
    const matcher = compileTextPattern({ pattern: "x", literal: false, ignoreCase: false }, () => true);
    expect(matcher.next(`${"a\n".repeat(2_000)}x`, 0)).toBe(-1);
    expect(matcher.next("a\nx", 0)).toBe(2);
  });
});

describe("patterns that cannot be used are refused with a reason", () => {
  test.each([
    ["", true, /empty/],
    ["", false, /empty/],
    ["x".repeat(1_001), true, /longer than 1000/],
    ["\ud800", true, /well-formed/],
    ["a\nb", true, /line break/],
    ["(", false, /RE2/],
    ["(?=x)", false, /RE2/],
    ["(a)\\1", false, /RE2/],
    ["x{1001}", false, /RE2/],
    ["((a{100}){100}){100}", false, /RE2/],
    ["(".repeat(999), false, /RE2/],
  ])("%j, literal: %s", (pattern, literal, reason) => {
    expect(checkTextPattern({ pattern, literal, ignoreCase: false })).toMatch(reason);
  });
});

describe("expressions that stop a backtracking matcher take linear time (F1)", () => {
  const text = `${"a".repeat(100_000)}!`;
  test.each(["^(a+)+$", "(a|aa)+$", "(a|a)*b", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){100}a{100}b"])("%s", (pattern) => {
    const query = { pattern, literal: false, ignoreCase: false };
    const began = performance.now();
    expect(checkTextPattern(query)).toBeUndefined();
    expect(compileTextPattern(query, never).next(text, 0)).toBe(-1);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test("V8 takes exponential time for the first: the case attacks", () => {
    const time = (length: number): number => {
      const began = performance.now();
      expect(/^(a+)+$/.test(`${"a".repeat(length)}!`)).toBe(false);
      return performance.now() - began;
    };
    expect(time(24)).toBeGreaterThan(8 * time(18));
  });
});
