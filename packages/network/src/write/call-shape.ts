import { z } from "zod";
import { urlShape } from "../url-scope.ts";
import {
  arraySchema,
  booleanSchema,
  integerSchema,
  type JsonSchema,
  numberSchema,
  objectSchema,
  type Scalar,
  schemaSize,
  stringSchema,
} from "./json-schema.ts";
import { readUrlTemplate } from "./url-template.ts";

/** One call that a card declares: a method, a place, and what the caller may put into it. */
export interface Call {
  readonly description: string;
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly path: Readonly<Record<string, Scalar>>;
  readonly query: Readonly<Record<string, QuerySchema>>;
  readonly body?: JsonSchema | undefined;
  readonly effect: "write" | "irreversible";
  readonly idempotency: "optional" | "required";
  readonly sign?: "standard-webhooks" | undefined;
  readonly accept?: readonly number[] | undefined;
  readonly retries: number;
}

export type QuerySchema = (Scalar | (JsonSchema & { readonly type: "array" })) & { readonly required?: boolean | undefined };

const scalars = [stringSchema, integerSchema, numberSchema, booleanSchema] as const;
const required = z.boolean().optional().describe("Default: false.");
const status = z.int().min(200).max(599);

const written = z.strictObject({
  description: z.string().min(10).max(600).describe("What the model is told about the tool."),
  method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
  url: z.string().min(1).max(2048).describe("Where it is sent. {name} leaves a segment of the path, or a part of one, to the caller; all else is fixed."),
  path: z
    .record(z.string(), z.discriminatedUnion("type", scalars))
    .default({})
    .describe("What each {name} of the URL may be: a JSON Schema of a text, a number or true and false."),
  query: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, "is no name for a parameter"),
      z.discriminatedUnion("type", [
        stringSchema.safeExtend({ required }),
        integerSchema.extend({ required }),
        numberSchema.extend({ required }),
        booleanSchema.extend({ required }),
        z.strictObject({ ...arraySchema.shape, items: z.discriminatedUnion("type", scalars), required }),
      ]),
    )
    .default({})
    .describe("Parameters behind the ?, each with its JSON Schema; a list is sent as the same parameter several times."),
  body: z.discriminatedUnion("type", [objectSchema, arraySchema]).optional().describe("JSON Schema of the JSON that is sent. Absent: no body is."),
  effect: z
    .enum(["write", "irreversible"])
    .optional()
    .describe("Default: write for PUT, irreversible for the others. Irreversible: the outcome is on disk too before it is answered."),
  idempotency: z.enum(["optional", "required"]).default("optional").describe("Whether each call has to bring an idempotency key."),
  sign: z
    .literal("standard-webhooks")
    .optional()
    .describe("Signs each request with the card's credential (HMAC-SHA-256, headers webhook-id, webhook-timestamp, webhook-signature) in place of sending it."),
  accept: z.array(status).min(1).max(20).optional().describe("Statuses that are a success. Default: 200 to 299."),
  retries: z.int().min(0).max(2).default(0).describe("How often it is tried again where no connection could be made, so that nothing was sent. Default: 0."),
});

const call = written.superRefine((given, context) => {
  const add = (path: readonly PropertyKey[], message: string): void => context.addIssue({ code: "custom", path: [...path], message });
  const template = readUrlTemplate(given.url);
  if (typeof template === "string") add(["url"], template);
  else {
    for (const name of template.names) if (!Object.hasOwn(given.path, name)) add(["path"], `says nothing of {${name}}, which the url leaves open`);
    // Which of two of one name counts is each reader's own choice.
    const fixed = new URLSearchParams(template.query);
    for (const name of Object.keys(given.query)) if (fixed.has(name)) add(["query", name], "stands in the url already");
    for (const name of Object.keys(given.path)) if (!template.names.includes(name)) add(["path", name], `is no {${name}} of the url`);
  }
  for (const [index, accepted] of (given.accept ?? []).entries()) {
    if (accepted >= 300 && accepted < 400) add(["accept", index], "is a redirect, and redirects are never followed or taken for a success");
  }
  const size = given.body === undefined ? undefined : schemaSize(given.body);
  if (size !== undefined) add(["body"], size);
});

/** How a card writes the calls that it gives. The same object for all kinds of the family. */
export const callShape = {
  calls: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "a tool's name: up to 64 of a-z, 0-9 and _ that begin with a letter"), call)
    .optional()
    .describe("Calls that the card gives, each a tool of its own. None gives nothing."),
  internal: urlShape.internal,
};

const targetsSchema = z.object(callShape);

/** The calls of a card whose targets fit the shape, with what they leave out filled in. */
export function callsIn(targets: unknown): ReadonlyMap<string, Call> {
  const { calls = {} } = targetsSchema.parse(targets);
  return new Map(
    Object.entries(calls).map(([name, { effect, ...rest }]): [string, Call] => {
      return [name, { ...rest, effect: effect ?? (rest.method === "PUT" ? "write" : "irreversible") }];
    }),
  );
}
