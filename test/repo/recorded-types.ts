import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { matchRoute } from "./routing.ts";

const file = fileURLToPath(new URL("../../../shared/data/github-recordings-octokit-rb.ndjson.gz", import.meta.url));

/** What keeps the fake from being held against what the host itself answered. */
export const noRecordings = existsSync(file) ? "" : " (skipped: no corpus)";

/** Types by place in an answer, as `[].user.login` is a string. */
export type Types = Map<string, Set<string>>;

/** What each operation's recorded answers carry. */
export function recordedTypes(): ReadonlyMap<string, Types> {
  const found = new Map<string, Types>();
  if (noRecordings !== "") return found;
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split("\n")) {
    const { m, u, s, b } = JSON.parse(line) as { m: string; u: string; s: number; b: string };
    const route = matchRoute(m.toUpperCase(), (u.split("?")[0] ?? "").replace(/^\/repositories\/\d+/, "/repos/o/r"))?.route;
    const body = s < 300 ? bodyOf(b) : undefined;
    if (route === undefined || body === undefined) continue;
    const operation = `${route.method} ${route.template}`;
    const types = found.get(operation) ?? new Map<string, Set<string>>();
    collect(body, "", types);
    found.set(operation, types);
  }
  return found;
}

function bodyOf(text: string): unknown {
  for (const attempt of [text, Buffer.from(text, "base64").toString()])
    try {
      const read: unknown = JSON.parse(attempt);
      if (typeof read === "object") return read;
    } catch {
      continue;
    }
  return undefined;
}

export function collect(value: unknown, at: string, types: Types): void {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  types.set(at, (types.get(at) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const item of value) collect(item, `${at}[]`, types);
  else if (typeof value === "object" && value !== null) for (const [name, item] of Object.entries(value)) collect(item, `${at}.${name}`, types);
}
