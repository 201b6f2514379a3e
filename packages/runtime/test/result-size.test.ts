import { describe, expect, it } from "vitest";
import { clean } from "../src/clean.ts";
import { contentBytes, fitsIn } from "../src/result-size.ts";
import { text, type ToolResult } from "../src/index.ts";

const limit = 64 * 1024;

describe("the size of a result", () => {
  const cases: readonly (readonly [string, ToolResult, boolean])[] = [
    ["plain text under the limit", text("a".repeat(60_000)), true],
    ["plain text over it", text("a".repeat(70_000)), false],
    ["quotes, which double", text('"'.repeat(40_000)), false],
    ["control characters, which take six", text("\0".repeat(11_000)), false],
    ["as many that still fit", text("\0".repeat(10_000)), true],
    ["letters of three bytes", text("€".repeat(22_000)), false],
    ["lone surrogates, which take six", text("\ud800".repeat(11_000)), false],
    ["many small parts", { content: Array.from({ length: 300 }, () => ({ type: "text" as const, text: "" })) }, false],
    ["an image over it", { content: [{ type: "image", data: "A".repeat(70_000), mimeType: "image/png" }] }, false],
    ["a blob over it", { content: [{ type: "resource", resource: { uri: "file:///x", mimeType: "a/b", blob: "A".repeat(70_000) } }] }, false],
    ["structured content over it", { content: [], structuredContent: { a: "a".repeat(70_000) } }, false],
    ["structured content under it", { content: [], structuredContent: { a: "a".repeat(1_000) } }, true],
  ];
  it.each(cases)("of %s", (_name, result, fits) => {
    expect(fitsIn(result, limit)).toBe(fits);
    // what passes really does; what does not would be over the limit, but for the room that frames take.
    expect(Buffer.byteLength(JSON.stringify(result)) <= limit || !fits).toBe(true);
  });

  it("in its record is that of its content in bytes", () => {
    expect(
      contentBytes({
        content: [
          { type: "text", text: "é" },
          { type: "image", data: "AAAA", mimeType: "image/png" },
        ],
      }),
    ).toBe(6);
  });
});

describe("cleaning a result", () => {
  const redact = (given: string) => ({
    text: given.replaceAll("hush", "[redacted:x]"),
    found: given.includes("hush") ? [{ kind: "x", count: given.split("hush").length - 1 }] : [],
  });

  it("reaches every text and every string of structured content, and adds up what it found", async () => {
    const { result, redactions } = await clean(
      {
        content: [
          { type: "text", text: "hush hush" },
          { type: "image", data: "hush", mimeType: "image/png" },
        ],
        structuredContent: { a: ["hush", { b: "hush" }], n: 1, z: null },
        withheld: 2,
      },
      redact,
    );
    expect(result).toEqual({
      content: [
        { type: "text", text: "[redacted:x] [redacted:x]" },
        { type: "image", data: "hush", mimeType: "image/png" },
      ],
      structuredContent: { a: ["[redacted:x]", { b: "[redacted:x]" }], n: 1, z: null },
      withheld: 2,
    });
    expect(redactions).toEqual([{ kind: "x", count: 4 }]);
  });

  it("waits for a redactor that answers later, and lets its failure through", async () => {
    expect((await clean(text("hush"), (given) => Promise.resolve(redact(given)))).result).toEqual(text("[redacted:x]"));
    await expect(clean(text("hush"), () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });
});
