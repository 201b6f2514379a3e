import { describe, expect, it } from "vitest";
import { copying, createRedactor, type Part } from "../src/index.ts";
import { surroundingsOf } from "../src/redact-surroundings.ts";

// Put together here, so that no scanner takes this file for a leak.
const token = ["ghp", "Zk3Qw9Rt7Yp2Lm5Vx8Nc4Bd6Hf1Js0GaEiUo"].join("_");
const armor = (edge: string): string => ["-----", edge, " RSA PRIVATE KEY-----"].join("");
const key = [
  armor("BEGIN"),
  ...Array.from({ length: 10 }, (_, line) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7v${line}x9+/kT`),
  "c2hvcnQ=",
  armor("END"),
].join("\n");

async function redacted(texts: readonly string[], parts: readonly Part[], rule: "secrets" | "none" = "secrets") {
  const block = copying(texts, parts);
  return await createRedactor(rule)(block.text, surroundingsOf(block));
}

const lineOf = (text: string, line: number): Part => {
  const lines = text.split("\n");
  return { whole: 0, at: lines.slice(0, line).join("\n").length + (line === 0 ? 0 : 1), length: (lines[line] ?? "").length };
};

describe("a text that is put together from lines of whole texts", () => {
  it("shows of each line what the whole text would show, in whatever order they stand", async () => {
    const parts = [11, 5, 0, 12].flatMap((line): Part[] => [" ", lineOf(`a\n${key}\nb`, line), "\n"]);
    const { text, found } = await redacted([`a\n${key}\nb`], parts);
    expect(text).toBe(" [redacted:private-key]\n [redacted:private-key]\n a\n [redacted:private-key]\n");
    expect(found).toEqual([{ kind: "private-key", count: 3 }]);
  });

  it("masks only the part of a line that belongs to a secret", async () => {
    const whole = `before ${token} after`;
    expect((await redacted([whole], ["+", { whole: 0, at: 0, length: whole.length }, "\n"])).text).toBe("+before [redacted:github-token] after\n");
    expect((await redacted([whole], [{ whole: 0, at: 0, length: 20 }, "|", { whole: 0, at: 20, length: whole.length - 20 }])).text).toBe(
      "before [redacted:github-token]|[redacted:github-token] after",
    );
  });

  it("keeps wholes apart, and blank lines blank", async () => {
    const { text } = await redacted(
      [`x ${token}`, key, "plain"],
      [{ whole: 2, at: 0, length: 5 }, "\n", lineOf("", 0), "\n", { whole: 1, at: 28, length: 0 }, "\n", { whole: 0, at: 0, length: 2 }],
    );
    expect(text).toBe("plain\n\n\nx ");
  });

  it("redacts what stands between the copies by itself", async () => {
    const { text } = await redacted(["a"], [`--- ${token}\n`, { whole: 0, at: 0, length: 1 }, `\ntoken ${token}`]);
    expect(text).toBe("--- [redacted:github-token]\na\ntoken [redacted:github-token]");
  });

  it("masks nothing where the rule says so", async () => {
    expect((await redacted([token], [{ whole: 0, at: 0, length: token.length }], "none")).text).toBe(token);
  });
});
