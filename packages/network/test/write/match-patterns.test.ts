import { describe, expect, it } from "vitest";
import { type JsonSchema, jsonSchema } from "../../src/write/json-schema.ts";
import { matchPatterns } from "../../src/write/match-patterns.ts";

function match(schema: unknown, value: unknown): ReturnType<typeof matchPatterns> {
  const read: JsonSchema = jsonSchema.parse(schema);
  return matchPatterns([{ at: "body", schema: read, value }]);
}

const word = { type: "string", pattern: "^[a-z]+$" };

describe("texts against the patterns of their schemas", () => {
  it.each<readonly [string, unknown, unknown, string | undefined]>([
    ["a text", word, "a", undefined],
    ["another text", word, "A", "body"],
    ["a text with a line end behind it", word, "a\n", "body"],
    ["a member", { type: "object", properties: { a: word, b: word } }, { a: "a", b: "B" }, "body.b"],
    ["a member that is not there", { type: "object", properties: { a: word, toString: word } }, {}, undefined],
    ["a member of a list", { type: "array", items: word }, ["a", "B", "C"], "body.1"],
    [
      "a member far inside",
      { type: "array", items: { type: "object", properties: { a: { type: "array", items: word } } } },
      [{}, { a: ["x", ""] }],
      "body.1.a.1",
    ],
    ["a text without a pattern", { type: "string" }, "A", undefined],
    ["nothing", word, undefined, undefined],
  ])("%s", (_name, schema, value, at) => {
    expect(match(schema, value)).toEqual(at === undefined ? undefined : { at, pattern: word.pattern });
  });

  it("of one call take no more time together than one text may", () => {
    const schema = {
      type: "array",
      maxItems: 1000,
      items: { type: "array", items: { type: "string", pattern: "a{0,5}a{0,5}a{0,5}a{0,5}x", maxLength: 1024 } },
    };
    const value = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => `${"a".repeat(1023)}x`));
    const began = performance.now();
    expect(match(schema, value)).toEqual({ at: "body.0.12" });
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
