import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/redact.ts";
import { ruleGates, tokenPatterns } from "../src/redact-patterns.ts";
import { createScan } from "../src/redact-scan.ts";
import { mixed } from "./redact-material.ts";

const redact = createRedactor("secrets");
const mebibyte = 1024 * 1024;
const repeated = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** Processor time, so that other processes of the machine do not count. Milliseconds. */
async function cost(action: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const hostile: readonly string[] = [
  "a",
  "+",
  "@",
  "://",
  "://a:",
  "http://a:b",
  "\\n",
  "=\n",
  "-----BEGIN ",
  "-----BEGIN RSA PRIVATE KEY-----",
  "-----END PRIVATE KEY-----\n",
  `-----BEGIN PRIVATE KEY-----\n${"+".repeat(1_000)}\n`,
  `-----BEGIN PRIVATE KEY-----\n${" ".repeat(4_000)}é\n`,
  `\n${" ".repeat(4_000)}"é-----END PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----${"A1b2c3d4e5f6g7h8 ".repeat(60_000)}-----END PRIVATE KEY-----`,
  "Private-Lines: ",
  ".eyJ",
  "eyJa.eyJ",
  "password=",
  'password="',
  'token=\\"',
  "password: a1b2c3d4e5f6g7h8i9 ",
  "authorization: bearer ",
  "secret_access_key=",
  "xoxb-a-",
  "ghs_1_a.",
  `ghp_${"ghs_1_".repeat(20)}`,
  "ghp_",
  "SG.",
];
const prefixes = new Set([...tokenPatterns.flatMap((pattern) => pattern.prefixes), ...ruleGates.flatMap((gate) => gate.literals)]);

describe("costs little, whatever a text is made of (N5):", () => {
  it.each(hostile.map((unit) => [unit.slice(0, 40), unit] as const))("less than a second for a mebibyte of %j", async (_shown, unit) => {
    const text = repeated(unit, mebibyte);
    expect(await cost(() => redact(text, { linePrefix: /^\d+[:-]/ }))).toBeLessThan(1_000);
  });

  it.each([...prefixes])("less than a quarter of a second for 128 KiB of %j", async (unit) => {
    const text = repeated(unit, mebibyte / 8);
    expect(await cost(() => redact(text))).toBeLessThan(250);
  });

  it("less than ten milliseconds for a mebibyte of ordinary text", async () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `const value${index} = other(${mixed(6)}, "some words here"); // a comment, why not\n`).join("");
    const text = words.slice(0, mebibyte);
    const costs: number[] = [];
    for (let round = 0; round < 10; round += 1) costs.push(await cost(() => redact(text)));
    expect(Math.min(...costs)).toBeLessThan(10);
  });
});

describe("the scan", () => {
  const literals = [
    { text: "abc", anyCase: false },
    { text: "Zed-", anyCase: false },
    { text: "word", anyCase: true },
  ];
  const scan = createScan(literals);
  const naive = (text: string): { literal: number; at: number }[] =>
    literals.flatMap(({ text: wanted, anyCase }, literal) => {
      const [where, what] = anyCase ? [text.toLowerCase(), wanted.toLowerCase()] : [text, wanted];
      return Array.from({ length: text.length }, (_, at) => at).flatMap((at) => (where.startsWith(what, at) ? [{ literal, at }] : []));
    });

  it("finds what a search of every position finds, at every offset, next to every character", () => {
    const pieces = ["abc", "Zed-", "word", "WORD", "wOrD", "ab", "c", "Z", "-", "é", "日", "\u0161bc", "x", "\0"];
    let seed = 7;
    for (let round = 0; round < 2_000; round += 1) {
      let text = "";
      for (let piece = 0; piece < 12; piece += 1) {
        seed = (seed * 48_271) % 0x7fffffff;
        text += pieces[seed % pieces.length];
      }
      const order = (hits: readonly { literal: number; at: number }[]): unknown =>
        hits.toSorted((one, other) => one.at - other.at || one.literal - other.literal);
      expect({ text, hits: order(scan(text)) }).toEqual({ text, hits: order(naive(text)) });
    }
  });

  it("does not remember an earlier, longer text", () => {
    expect(scan("xxxxxxxxabc")).toHaveLength(1);
    expect(scan("xxxxxxxxa")).toEqual([]);
    expect(scan("")).toEqual([]);
  });
});
