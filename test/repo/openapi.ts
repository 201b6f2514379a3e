import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Schema } from "./json-schema.ts";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface Operation {
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly bodyRequired: boolean;
  readonly answers: Readonly<Record<string, Schema>>;
}

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { parameters?: readonly Parameter[]; requestBody?: Content; responses: Readonly<Record<string, Content>> }>>>
  >;
}

const file = fileURLToPath(new URL("../../../shared/data/github-openapi-pruned.json", import.meta.url));

/** What keeps requests from being held against the host's own description. */
export const noDescription = existsSync(file) ? "" : " (skipped: no corpus)";

export interface Api {
  /** By method and template, as `GET /repos/{owner}/{repo}`. */
  readonly operations: ReadonlyMap<string, Operation>;
  find(ref: string): Schema;
}

let read: Api | undefined;

/** The host's description of its operations; undefined where it does not lie beside the project. */
export function readApi(): Api | undefined {
  if (noDescription === "") read ??= parse(JSON.parse(readFileSync(file, "utf8")) as Description);
  return read;
}

function parse(description: Description): Api {
  const find = (ref: string): unknown => {
    const parts = ref.split("/").slice(1);
    return parts.reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], description);
  };
  const resolved = <T extends { readonly $ref?: string }>(value: T): T => (value.$ref === undefined ? value : (find(value.$ref) as T));
  const operations = new Map<string, Operation>();
  for (const [template, methods] of Object.entries(description.paths))
    for (const [method, { parameters = [], requestBody, responses }] of Object.entries(methods)) {
      const answers = Object.entries(responses).flatMap(([status, response]) => {
        const schema = resolved(response).content?.["application/json"]?.schema;
        return schema === undefined ? [] : [[status, schema] as const];
      });
      operations.set(`${method.toUpperCase()} ${template}`, {
        parameters: parameters.map(resolved),
        body: requestBody?.content?.["application/json"]?.schema,
        bodyRequired: requestBody?.required === true,
        answers: Object.fromEntries(answers),
      });
    }
  return { operations, find: (ref) => find(ref) as Schema };
}

/** The description still has the older form of one template. */
export function described(template: string): string {
  return template.replace("/compare/{basehead}", "/compare/{base}...{head}");
}
