import { z } from "zod";
import { patternCost } from "./pattern-cost.ts";

/** What a card may say of a value: a closed part of JSON Schema in which everything is bounded. */
export type JsonSchema = Scalar | ArraySchema | ObjectSchema;
export type Scalar = StringSchema | NumberSchema | BooleanSchema | NullSchema;

interface Described {
  readonly description?: string | undefined;
}
export interface StringSchema extends Described {
  readonly type: "string";
  readonly enum?: readonly string[] | undefined;
  readonly const?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly format?: "date" | "date-time" | "email" | "uuid" | undefined;
}
export interface NumberSchema extends Described {
  readonly type: "integer" | "number";
  readonly enum?: readonly number[] | undefined;
  readonly const?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
}
export interface BooleanSchema extends Described {
  readonly type: "boolean";
  readonly const?: boolean | undefined;
}
export interface NullSchema extends Described {
  readonly type: "null";
}
export interface ArraySchema extends Described {
  readonly type: "array";
  readonly items: JsonSchema;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}
export interface ObjectSchema extends Described {
  readonly type: "object";
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: false | undefined;
}

/** What holds where a schema does not say it. */
export const usual = { maxLength: 8_192, maxLengthOfPattern: 256, maxItems: 100 } as const;
const most = { length: 65_536, lengthOfPattern: 1_024, items: 1_000, choices: 100, properties: 100 } as const;

const description = z.string().min(1).max(500).optional().describe("What the model is told about it.");
const length = z.int().min(0).max(most.length);

export const stringSchema = z
  .strictObject({
    type: z.literal("string"),
    description,
    enum: z.array(z.string().max(256)).min(1).max(most.choices).optional(),
    const: z.string().max(usual.maxLength).optional(),
    minLength: length.optional(),
    maxLength: length.optional().describe(`Default: ${usual.maxLength}; with a pattern ${usual.maxLengthOfPattern}, and at most ${most.lengthOfPattern}.`),
    pattern: z.string().min(1).max(512).optional().describe("A regular expression without repeated groups, back references and look-around. Anchor it: ^…$."),
    format: z.enum(["date", "date-time", "email", "uuid"]).optional(),
  })
  .superRefine(({ minLength = 0, maxLength, pattern }, context) => {
    const add = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    const longest = maxLength ?? (pattern === undefined ? usual.maxLength : usual.maxLengthOfPattern);
    if (minLength > longest) add("minLength", `is more than maxLength, which is ${longest}`);
    if (pattern === undefined) return;
    if (longest > most.lengthOfPattern) add("maxLength", `is at most ${most.lengthOfPattern} beside a pattern`);
    const cost = patternCost(pattern, Math.min(longest, most.lengthOfPattern));
    if (cost !== undefined) add("pattern", cost);
  });

const bounds = {
  description,
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
};
export const integerSchema = z.strictObject({
  type: z.literal("integer"),
  enum: z.array(z.int()).min(1).max(most.choices).optional(),
  const: z.int().optional(),
  ...bounds,
});
export const numberSchema = z.strictObject({
  type: z.literal("number"),
  enum: z.array(z.number()).min(1).max(most.choices).optional(),
  const: z.number().optional(),
  ...bounds,
});
export const booleanSchema = z.strictObject({ type: z.literal("boolean"), description, const: z.boolean().optional() });

const property = z.string().min(1).max(128);

export const arraySchema = z.strictObject({
  type: z.literal("array"),
  description,
  get items() {
    return jsonSchema;
  },
  minItems: z.int().min(0).max(most.items).optional(),
  maxItems: z.int().min(0).max(most.items).optional().describe(`Default: ${usual.maxItems}.`),
});

export const objectSchema = z
  .strictObject({
    type: z.literal("object"),
    description,
    get properties(): z.ZodRecord<typeof property, typeof jsonSchema> {
      return z.record(property, jsonSchema);
    },
    required: z.array(z.string()).max(most.properties).optional(),
    additionalProperties: z.literal(false).optional().describe("Always so: nothing is taken that is not declared."),
  })
  .superRefine(({ properties, required = [] }, context) => {
    for (const [index, name] of required.entries()) {
      if (!Object.hasOwn(properties, name)) context.addIssue({ code: "custom", path: ["required", index], message: "is none of the properties" });
    }
  });

/** The language itself. What it does not know is an error where a policy is loaded. */
export const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.discriminatedUnion("type", [
    stringSchema,
    integerSchema,
    numberSchema,
    booleanSchema,
    z.strictObject({ type: z.literal("null"), description }),
    arraySchema,
    objectSchema,
  ]),
);

const deepest = 8;
const mostParts = 500;

/** Whether a schema is deeper or larger than any call needs; undefined: it is not. */
export function schemaSize(schema: JsonSchema): string | undefined {
  let parts = 0;
  const open: { readonly schema: JsonSchema; readonly depth: number }[] = [{ schema, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    parts += 1;
    if (next.depth > deepest) return `is nested deeper than ${deepest} levels`;
    if (parts > mostParts) return `has more than ${mostParts} parts`;
    const inner = next.schema.type === "object" ? Object.values(next.schema.properties) : next.schema.type === "array" ? [next.schema.items] : [];
    for (const member of inner) open.push({ schema: member, depth: next.depth + 1 });
  }
  return undefined;
}
