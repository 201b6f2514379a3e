import { describe, expect, test } from "vitest";
import { copying, createRedactor, type Part } from "../src/index.ts";
import { type Kept, surroundingsOf, type Surroundings } from "../src/redact-surroundings.ts";

// Put together here, so that no scanner takes this file for a leak.
const token = ["ghp", "Zk3Qw9Rt7Yp2Lm5Vx8Nc4Bd6Hf1Js0GaEiUo"].join("_");
const frame = (edge: string): string => ["-----", edge, " PRIVATE KEY-----"].join("");
const [begin, end] = [frame("BEGIN"), frame("END")];
const key = `${begin}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7v1x9+/kT\n${end}`;

const redact = createRedactor("secrets");

async function asked(text: string, surroundings: Surroundings = {}) {
  return await redact(text, { ...surroundings, asked: true });
}

/** A text of lines of an old whole and a new one. */
async function copied(texts: readonly [string, string], parts: readonly Part[], kept?: readonly Kept[]): Promise<string> {
  const block = copying(texts, parts, kept);
  return (await asked(block.text, surroundingsOf(block))).text;
}

const all = (whole: 0 | 1, text: string): Part => ({ whole, at: 0, length: text.length });

describe("a text for a human who decides about a call (B3)", () => {
  test("masks what was there by lines, with the number of characters, and counts the masks", async () => {
    const { text, found } = await asked(`a\n${key}\nb`);
    const lines = key.split("\n").map((line) => `[redacted:private-key, ${line.length} characters]`);
    expect(text).toBe(`a\n${lines.join("\n")}\nb`);
    expect(found).toEqual([{ kind: "private-key", count: 3 }]);
  });

  test("masks nothing of a new text but what an edit left of a secret of the old one", async () => {
    const [old, now] = [`token ${token}\n`, `curl ${token}\n${key}\n`];
    const mask = "[redacted:github-token, 40 characters]";
    expect(await copied([old, now], ["-", all(0, old), "+", all(1, now)], [])).toBe(`-token ${mask}\n+${now}`);
    const kept = [{ from: 6, to: 5, length: 40 }];
    expect(await copied([old, now], ["-", all(0, old), "+", all(1, now)], kept)).toBe(`-token ${mask}\n+curl ${mask}\n${key}\n`);
    const half = [{ from: 6, to: 5, length: 12 }];
    expect(await copied([old, now], ["+", all(1, now)], half)).toBe(`+curl [redacted:github-token, 12 characters]${token.slice(12)}\n${key}\n`);
  });

  test("takes nothing for new where it is not told what was left", async () => {
    const now = `token ${token}\n`;
    expect(await copied(["", now], ["+", all(1, now)])).toBe("+token [redacted:github-token, 40 characters]\n");
  });

  test("masks nothing that the tool wrote between the copies: names are shown", async () => {
    expect(await copied(["a", "b"], [`--- ${token}\n`, all(0, "a"), `\n+++ ${key}`], [])).toBe(`--- ${token}\na\n+++ ${key}`);
  });

  test("looks at what an excerpt was cut from", async () => {
    expect((await asked(token.slice(4), { before: token.slice(0, 4) })).text).toBe("[redacted:github-token, 36 characters]");
    const excerpts = [{ start: 2, end: 38, before: token.slice(0, 4) }];
    expect((await asked(`> ${token.slice(4)} <`, { excerpts })).text).toBe("> [redacted:github-token, 36 characters] <");
  });

  test("writes out what nobody would see and what looks like a mask, beside the masks too", async () => {
    expect((await asked(`[redacted:token, 9 characters] ${token}\u0301 \u200b`)).text).toBe(
      "\\u{5b}redacted:token, 9 characters] [redacted:github-token, 40 characters]\\u{301} \\u{200b}",
    );
  });
});
