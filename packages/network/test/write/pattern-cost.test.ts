import { describe, expect, it } from "vitest";
import { patternCost } from "../../src/write/pattern-cost.ts";

describe("a pattern of a card", () => {
  it.each<readonly [string, number]>([
    ["^[a-z0-9-]{1,40}$", 40],
    ["^[A-Z]{2,5}-\\d+$", 64],
    ["^(?:red|green|blue)$", 256],
    ["^(?<year>\\d{4})-\\d{2}$", 10],
    ["^[\\]a)+]{2,}$", 100],
    ["^\\\\1$", 4],
    ["^(a|b)?x{3}$", 100],
    ["^\\p{L}+ \\p{L}+$", 200],
    ["ab+", 1024],
  ])("%s is taken", (pattern, length) => {
    expect(patternCost(pattern, length)).toBeUndefined();
  });

  it.each<readonly [string, number, string]>([
    ["(a+)+$", 64, "repeats a group"],
    ["^(a|aa)*$", 64, "repeats a group"],
    ["^(?:a?){64}$", 64, "repeats a group"],
    ["^a*a*a*a*b$", 256, "could take too long"],
    ["a*a*a*b", 1024, "could take too long"],
    ["^a{1,100}a{1,100}a{1,100}a{1,100}a{1,100}b$", 256, "could take too long"],
    [`^${"a?".repeat(40)}b$`, 64, "could take too long"],
    [`^${"(a|a)".repeat(40)}b$`, 64, "could take too long"],
    ["^x|a*a*b", 16_384, "could take too long"],
    ["^(a)\\1$", 10, "refers back"],
    ["^(?<n>a)\\k<n>$", 10, "refers back"],
    ["^(?=a)", 10, "looks ahead"],
    ["^(?<!a)b", 10, "looks ahead"],
    ["[a-z", 10, "is no pattern"],
    ["a{2", 10, "is no pattern"],
    ["[^x]{500}a{0,40}y", 1024, "could take too long"],
    ["a{0,5}a{0,5}a{0,5}a{0,5}a{0,5}a{0,5}x", 1024, "could take too long"],
  ])("%s on %i characters is refused", (pattern, length, why) => {
    expect(patternCost(pattern, length)).toContain(why);
  });

  it("that is taken ends in time, on texts made to be slow", () => {
    const slow: readonly (readonly [string, number])[] = [
      ["^a*a*a*b$", 256],
      ["^[ab]+[bc]+[cd]+$", 256],
      ["a+b", 1024],
      [`^${"a?".repeat(19)}${"a".repeat(19)}b$`, 64],
      ["a{0,5}a{0,5}a{0,5}a{0,5}x", 1024],
      ["[^x]{500}y", 1024],
      ["(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)x", 1024],
    ];
    for (const [pattern, length] of slow) {
      expect(patternCost(pattern, length)).toBeUndefined();
      const begun = performance.now();
      expect(new RegExp(pattern, "u").test("a".repeat(length))).toBe(false);
      expect(performance.now() - begun, pattern).toBeLessThan(1_000);
    }
  });
});
