import { type Call, type JsonSchema, optionalMember, schemaInput } from "@postern/network/write";
import { z, type ZodObject, type ZodType } from "zod";

/** The arguments of a declared call: the groups that it declares, and the idempotency key. Closed at every level. */
export function callInput({ path, query, body, idempotency }: Call): ZodObject {
  const key = z.string().regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 printable characters of ASCII, no spaces");
  const told = "A name of your own for this one request. Sending it again under the same key never makes it happen twice.";
  return z.strictObject({
    ...(Object.keys(path).length > 0 && { path: group(path, () => true).describe("Parts of the URL's path.") }),
    ...(Object.keys(query).length > 0 && { query: queryGroup(query) }),
    ...(body !== undefined && { body: body.description === undefined ? schemaInput(body).describe("What is sent, as JSON.") : schemaInput(body) }),
    idempotency_key: (idempotency === "required" ? key : key.optional()).describe(told),
  });
}

function queryGroup(query: Call["query"]): ZodType {
  const made = group(query, (name) => query[name]?.required === true);
  const needed = Object.values(query).some(({ required }) => required === true);
  return (needed ? made : made.optional()).describe("Parameters behind the URL's question mark.");
}

function group(schemas: Readonly<Record<string, JsonSchema>>, isRequired: (name: string) => boolean): ZodObject {
  const members = Object.entries(schemas).map(([name, schema]): [string, ZodType] => {
    const input = schemaInput(schema);
    return [name, isRequired(name) ? input : optionalMember(name, input)];
  });
  return z.strictObject(Object.fromEntries(members));
}
