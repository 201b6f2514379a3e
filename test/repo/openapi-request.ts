import { beyondDescribed } from "./beyond-described.ts";
import { wrongs, type Schema } from "./json-schema.ts";
import { described, type Api } from "./openapi.ts";

export interface Asked {
  readonly method: string;
  readonly template: string;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const versions = new Set(["2022-11-28", "2026-03-10"]);
const accepts = /^(?:application\/json|application\/vnd\.github(?:\.v3)?(?:\.(?:raw|diff|patch|object|html|sha|text-match|text|full))?(?:\+json)?|\*\/\*)$/;

/**
 * What about a request is not as the host describes it: parameters it does not know, wrong types, texts that are no names.
 * Without the description only what the URL and the headers show by themselves.
 */
export function requestWrongs(asked: Asked, api: Api | undefined): readonly string[] {
  const plain = [...headerWrongs(asked), ...pathWrongs(asked.parameters)];
  return api === undefined ? plain : [...plain, ...describedWrongs(asked, api)];
}

function describedWrongs(asked: Asked, api: Api): readonly string[] {
  const key = `${asked.method} ${described(asked.template)}`;
  const operation = api.operations.get(key) ?? beyondDescribed.get(key);
  if (operation === undefined) return [`${asked.method} ${asked.template} is not described`];
  const inQuery = operation.parameters.filter((parameter) => parameter.in === "query");
  const judging = { find: (ref: string): Schema => api.find(ref) };
  const found: string[] = [];
  for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === "path")) {
    const value = asked.parameters[name];
    if (value !== undefined) found.push(...wrongs(schema, coerced(schema, value, judging.find), `path ${name}`, judging));
  }
  for (const name of new Set(asked.query.keys())) {
    const values = asked.query.getAll(name);
    const known = inQuery.find((parameter) => parameter.name === name);
    if (known === undefined) found.push(`query ${name} is unknown`);
    else if (values.length > 1) found.push(`query ${name} stands ${values.length} times`);
    else
      found.push(
        ...wrongs(known.schema, coerced(known.schema, values[0] ?? "", judging.find), `query ${name}`, judging),
        ...rangeWrongs(name, values[0] ?? ""),
      );
  }
  for (const { name, required } of inQuery) if (required === true && !asked.query.has(name)) found.push(`query ${name} is missing`);
  return [...found, ...bodyWrongs(asked, operation.body, operation.bodyRequired, judging)];
}

function headerWrongs({ headers, body }: Asked): readonly string[] {
  const { accept = "*/*", "user-agent": agent, "x-github-api-version": version, "content-type": type } = headers;
  return [
    ...(accepts.test(String(accept)) ? [] : [`accept: ${String(accept)} is no media type of the host`]),
    ...(agent === undefined ? ["user-agent is missing"] : []),
    ...(version === undefined || versions.has(String(version)) ? [] : [`x-github-api-version: ${String(version)} is none`]),
    ...(body === "" || isJson(body) ? [] : ["the body is no JSON"]),
    ...(body === "" || String(type).startsWith("application/json") ? [] : [`content-type: ${String(type)} is no JSON`]),
  ];
}

function pathWrongs(parameters: Asked["parameters"]): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => [
    ...(value === "" && name !== "path" ? [`path ${name} is empty`] : []),
    ...(value.split("/").some((part) => part === "." || part === "..") ? [`path ${name} has a dot segment`] : []),
    ...(/[\u0000-\u001f\u007f\\]/.test(value) ? [`path ${name} has a control character or a backslash`] : []),
  ]);
}

function rangeWrongs(name: string, value: string): readonly string[] {
  const most = name === "per_page" ? 100 : name === "page" ? Infinity : undefined;
  return most !== undefined && (Number(value) < 1 || Number(value) > most) ? [`query ${name} is out of its range`] : [];
}

function bodyWrongs({ body }: Asked, schema: Schema | undefined, required: boolean, judging: { find(ref: string): Schema }): readonly string[] {
  if (body === "") return required ? ["the body is missing"] : [];
  if (schema === undefined) return ["the operation takes no body"];
  return isJson(body) ? wrongs(schema, JSON.parse(body), "body", judging) : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What a text of the URL stands for where the schema says that it is no text; itself where it stands for nothing. */
function coerced(schema: Schema, text: string, find: (ref: string) => Schema): unknown {
  const { type } = schema.$ref === undefined ? schema : find(schema.$ref);
  if ((type === "integer" || type === "number") && /^-?\d+$/.test(text)) return Number(text);
  return type === "boolean" && (text === "true" || text === "false") ? text === "true" : text;
}
