import { z, type ZodType } from "zod";
import { type ArraySchema, type JsonSchema, type NumberSchema, type ObjectSchema, type StringSchema, usual } from "./json-schema.ts";
import { optionalMember } from "./optional-member.ts";

/**
 * The check that a schema of a card stands for. Guarantees that it is closed and bounded at every level, whatever the schema
 * leaves out. Patterns are shown and not checked: their time is each call's, so `matchPatterns` does it over all texts.
 */
export function schemaInput(schema: JsonSchema): ZodType {
  const made = build(schema);
  return schema.description === undefined ? made : made.describe(schema.description);
}

function build(schema: JsonSchema): ZodType {
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return schema.const === undefined ? z.boolean() : z.literal(schema.const);
    case "null":
      return z.null();
    case "array":
      return list(schema);
    default:
      return members(schema);
  }
}

function members({ properties, required = [] }: ObjectSchema): ZodType {
  const inputs = Object.entries(properties).map(([name, member]): [string, ZodType] => {
    const input = schemaInput(member);
    return [name, required.includes(name) ? input : optionalMember(name, input)];
  });
  return z.strictObject(Object.fromEntries(inputs));
}

function list({ items, minItems = 0, maxItems = Math.max(usual.maxItems, minItems) }: ArraySchema): ZodType {
  const made = z.array(schemaInput(items)).max(maxItems);
  return minItems === 0 ? made : made.min(minItems);
}

function text({ enum: choices, const: only, minLength = 0, maxLength, pattern, format }: StringSchema): ZodType {
  if (only !== undefined) return z.literal(only);
  if (choices !== undefined) return z.enum(choices as [string, ...string[]]);
  const longest = formatted(format).max(maxLength ?? (pattern === undefined ? usual.maxLength : usual.maxLengthOfPattern));
  const bounded = minLength === 0 ? longest : longest.min(minLength);
  // A lone surrogate would be sent as another text than the one that was checked.
  const whole = bounded.refine((value) => value.isWellFormed(), "is no well-formed text");
  return pattern === undefined ? whole : whole.meta({ pattern });
}

function formatted(format: StringSchema["format"]): z.ZodString {
  switch (format) {
    case "date":
      return z.iso.date() as unknown as z.ZodString;
    case "date-time":
      return z.iso.datetime({ offset: true }) as unknown as z.ZodString;
    case "email":
      return z.email() as unknown as z.ZodString;
    case "uuid":
      return z.uuid() as unknown as z.ZodString;
    default:
      return z.string();
  }
}

function number({ type, enum: choices, const: only, ...bounds }: NumberSchema): ZodType {
  if (only !== undefined) return z.literal(only);
  if (choices !== undefined) return z.literal(choices as [number, ...number[]]);
  let made: z.ZodNumber = type === "integer" ? z.int() : z.number();
  if (bounds.minimum !== undefined) made = made.min(bounds.minimum);
  if (bounds.maximum !== undefined) made = made.max(bounds.maximum);
  if (bounds.exclusiveMinimum !== undefined) made = made.gt(bounds.exclusiveMinimum);
  if (bounds.exclusiveMaximum !== undefined) made = made.lt(bounds.exclusiveMaximum);
  return made;
}
