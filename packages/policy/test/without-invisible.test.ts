import { describe, expect, it } from "vitest";
import { withoutInvisible } from "../src/without-invisible.ts";

describe("what nobody sees goes, and is counted", () => {
  const hidden: readonly (readonly [string, string, string, number])[] = [
    ["zero-width spaces", "a\u200bb\u2060c\ufeff", "abc", 3],
    ["a soft hyphen", "pass\u00adword", "password", 1],
    ["tags that spell a sentence", `x${Array.from("ignore", (unit) => String.fromCodePoint(0xe0000 + unit.charCodeAt(0))).join("")}y`, "xy", 6],
    ["marks of direction", "a\u202eb\u2066c\u2069\u200f", "abc", 4],
    ["variation selectors that carry bytes", "a\u{e0100}\u{e0101}\ufe01", "a", 3],
    ["fillers", "\u3164\u115f\uffa0x", "x", 3],
    ["controls of a terminal", "a\u001b[31mb\u0000\u009b", "a[31mb", 3],
    ["joiners between Latin letters", "ad\u200dmin \u200cx", "admin x", 2],
    ["a joiner after a picture that joins nothing", "\u{1f469}\u200dx", "\u{1f469}x", 1],
    ["a picture's selector after a letter", "a\ufe0f", "a", 1],
  ];
  it.each(hidden)("%s", (_name, text, kept, removed) => {
    expect(withoutInvisible(text)).toEqual({ text: kept, removed });
  });

  const needed: readonly (readonly [string, string])[] = [
    ["a non-joiner in Persian", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
    ["a joiner in Hindi", "\u0915\u094d\u200d\u0937"],
    ["a family", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}"],
    ["a heart with its selector", "\u2764\ufe0f"],
    ["a keycap", "1\ufe0f\u20e3"],
    ["a flag with a picture", "\u{1f3f3}\ufe0f\u200d\u{1f308}"],
    ["line feeds and tabs", "a\n\tb\r\n"],
    ["accents of their own", "e\u0301"],
  ];
  it.each(needed)("%s stays", (_name, text) => {
    expect(withoutInvisible(text)).toEqual({ text, removed: 0 });
  });

  it("a line separator becomes a line feed, and a lone surrogate a mark", () => {
    expect(withoutInvisible("a\u2028b\ud800c")).toEqual({ text: "a\nb\ufffdc", removed: 0 });
  });

  it("is in step with the length of the text", () => {
    const began = performance.now();
    expect(withoutInvisible("\u200b".repeat(2_000_000)).removed).toBe(2_000_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
