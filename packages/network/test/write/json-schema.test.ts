import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchema, schemaSize, type JsonSchema } from "../../src/write/json-schema.ts";
import { schemaInput } from "../../src/write/schema-input.ts";

function nested(depth: number): unknown {
  return depth === 0 ? { type: "null" } : { type: "array", items: nested(depth - 1) };
}

describe("a JSON Schema of a card", () => {
  it.each<readonly [string, unknown, readonly PropertyKey[]]>([
    ["no type", {}, ["type"]],
    ["two types", { type: ["string", "null"] }, ["type"]],
    ["an unknown type", { type: "file" }, ["type"]],
    ["a reference", { type: "object", properties: { a: { $ref: "#/x" } } }, ["properties", "a", "type"]],
    ["an unknown keyword", { type: "string", contentEncoding: "base64" }, []],
    ["another type's keyword", { type: "string", minimum: 1 }, []],
    ["open objects", { type: "object", properties: {}, additionalProperties: true }, ["additionalProperties"]],
    ["open objects by a schema", { type: "object", properties: {}, additionalProperties: { type: "string" } }, ["additionalProperties"]],
    ["patterns of names", { type: "object", properties: {}, patternProperties: { a: { type: "string" } } }, []],
    ["an object that says nothing of its members", { type: "object" }, ["properties"]],
    ["a list that says nothing of its members", { type: "array" }, ["items"]],
    ["a required member that is none", { type: "object", properties: {}, required: ["a"] }, ["required", 0]],

    ["alternatives", { anyOf: [{ type: "string" }] }, ["type"]],
    ["a pattern that cannot be held to a time", { type: "string", pattern: "(a+)+$" }, ["pattern"]],
    ["a pattern beside long texts", { type: "string", pattern: "^a*$", maxLength: 1025 }, ["maxLength"]],
    ["texts without an end", { type: "string", maxLength: 1e9 }, ["maxLength"]],
    ["lists without an end", { type: "array", items: { type: "null" }, maxItems: 1e9 }, ["maxItems"]],
    ["bounds that nothing fits", { type: "string", minLength: 10, maxLength: 5 }, ["minLength"]],
    ["an unknown format", { type: "string", format: "regex" }, ["format"]],
    ["a mistake deep inside", { type: "object", properties: { a: { type: "array", items: { type: "strin" } } } }, ["properties", "a", "items", "type"]],
  ])("has no %s, and its place is told", (_name, schema, path) => {
    const parsed = jsonSchema.safeParse(schema);
    expect(parsed.error?.issues[0]?.path.slice(0, path.length)).toEqual(path);
    expect(parsed.success).toBe(false);
  });

  it("is held to a depth and a size", () => {
    expect(schemaSize(jsonSchema.parse(nested(7)))).toBeUndefined();
    expect(schemaSize(jsonSchema.parse(nested(8)))).toContain("deeper than 8");
    const wide = { type: "object", properties: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, { type: "null" }])) };
    expect(schemaSize(jsonSchema.parse(wide))).toContain("more than 500");
  });
});

const samples: readonly (readonly [string, JsonSchema, readonly unknown[], readonly unknown[]])[] = [
  ["text", { type: "string" }, ["", "a", "x".repeat(8192)], ["x".repeat(8193), "\ud800", 1, null, undefined, ["a"], {}]],
  ["text with bounds", { type: "string", minLength: 2, maxLength: 3 }, ["ab", "abc"], ["a", "abcd"]],
  ["text with a pattern", { type: "string", pattern: "^[a-z]+$" }, ["a", "a".repeat(256), "A"], ["a".repeat(257), 1]],
  ["one of some texts", { type: "string", enum: ["a", "b"] }, ["a"], ["c", "", "toString"]],
  ["one text", { type: "string", const: "a" }, ["a"], ["b"]],
  ["a date", { type: "string", format: "date" }, ["2026-11-25"], ["2026-13-01", "today"]],
  ["a time", { type: "string", format: "date-time" }, ["2026-11-25T10:00:00Z", "2026-11-25T10:00:00+01:00"], ["2026-11-25", "10:00"]],
  ["a mail address", { type: "string", format: "email" }, ["a@b.example"], ["a", "a@b.example\r\nBcc: c@d.example"]],
  ["a UUID", { type: "string", format: "uuid" }, ["019a0000-0000-7000-8000-000000000000"], ["019a"]],
  ["a whole number", { type: "integer", minimum: 1, maximum: 3 }, [1, 3], [0, 4, 1.5, "1", 1e300, Number.NaN]],
  ["a whole number without bounds", { type: "integer" }, [0, -5], [2 ** 60, 1.5, "0"]],
  ["a number", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, [0.5], [0, 1, Number.POSITIVE_INFINITY]],
  ["one of some numbers", { type: "integer", enum: [1, 2] }, [1], [3, "1"]],
  ["true and false", { type: "boolean" }, [true, false], ["true", 0]],
  ["nothing", { type: "null" }, [null], [0, "", undefined]],
  ["a list", { type: "array", items: { type: "integer" } }, [[], [1]], [["a"], Array.from({ length: 101 }, () => 1), { 0: 1, length: 1 }]],
  ["a list with bounds", { type: "array", items: { type: "null" }, minItems: 1, maxItems: 2 }, [[null]], [[], [null, null, null]]],
  [
    "an object",
    { type: "object", properties: { a: { type: "string" }, b: { type: "object", properties: { c: { type: "null" } } } }, required: ["a"] },
    [{ a: "" }, { a: "", b: {} }, { b: { c: null }, a: "" }],
    [{}, { b: {} }, { a: "", d: 1 }, { a: "", b: { d: 1 } }, { a: 1 }, [], null],
  ],
];

describe("the check that a schema stands for (S3)", () => {
  it.each(samples)("%s", (_name, schema, fitting, others) => {
    const input = schemaInput(jsonSchema.parse(schema));
    for (const value of fitting) expect(input.safeParse(value), JSON.stringify(value)).toMatchObject({ success: true });
    for (const value of others) expect(input.safeParse(value).success, JSON.stringify(value)).toBe(false);
  });

  it("takes a member that is not there for not there, whatever its name (S3)", () => {
    const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== "__proto__");
    const schema = jsonSchema.parse({ type: "object", properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
    const input = schemaInput(schema);
    expect(JSON.stringify(input.parse({}))).toBe("{}");
    for (const name of names) {
      expect(JSON.stringify(input.parse({ [name]: "a" }))).toBe(JSON.stringify({ [name]: "a" }));
      expect(input.safeParse({ [name]: 1 }).success, name).toBe(false);
    }
    const needed = schemaInput(jsonSchema.parse({ type: "object", properties: { toString: { type: "string" } }, required: ["toString"] }));
    expect([needed.safeParse({}).success, needed.safeParse({ toString: "a" }).success]).toEqual([false, true]);
    const shown = z.toJSONSchema(input, { io: "input" });
    expect(shown).toMatchObject({ properties: { valueOf: { type: "string" } }, additionalProperties: false });
    expect(shown.required ?? []).toEqual([]);
  });

  it("writes members in the order of the schema, so that one request has one text", () => {
    const input = schemaInput({ type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } });
    expect(JSON.stringify(input.parse({ b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  });

  it("is shown to clients closed and bounded", () => {
    const shown = z.toJSONSchema(
      schemaInput({ type: "object", description: "What.", properties: { a: { type: "string", description: "Which.", pattern: "^a" } }, required: ["a"] }),
      { io: "input" },
    );
    expect(shown).toMatchObject({
      type: "object",
      description: "What.",
      additionalProperties: false,
      required: ["a"],
      properties: { a: { type: "string", maxLength: 256, pattern: "^a", description: "Which." } },
    });
  });
});
