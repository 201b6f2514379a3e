import { recordings } from "./recordings.ts";
import { matchRoute } from "./routing.ts";

const all = recordings();

/** What keeps the fake from being held against what the host itself answered. */
export const noRecordings = all.length > 0 ? "" : " (skipped: no corpus)";

/** Types by place in an answer, as `[].user.login` is a string. */
export type Types = Map<string, Set<string>>;

/** What each operation's recorded answers carry. */
export function recordedTypes(): ReadonlyMap<string, Types> {
  const found = new Map<string, Types>();
  for (const { method, url, status, body: text } of all) {
    const route = matchRoute(method, (url.split("?")[0] ?? "").replace(/^\/repositories\/\d+/, "/repos/o/r"))?.route;
    const body = status < 300 ? bodyOf(text) : undefined;
    if (route === undefined || body === undefined) continue;
    const operation = `${route.method} ${route.template}`;
    const types = found.get(operation) ?? new Map<string, Set<string>>();
    collect(body, "", types);
    found.set(operation, types);
  }
  return found;
}

function bodyOf(text: string): unknown {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" ? read : undefined;
  } catch {
    return undefined;
  }
}

export function collect(value: unknown, at: string, types: Types): void {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  types.set(at, (types.get(at) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const item of value) collect(item, `${at}[]`, types);
  else if (typeof value === "object" && value !== null) for (const [name, item] of Object.entries(value)) collect(item, `${at}.${name}`, types);
}
