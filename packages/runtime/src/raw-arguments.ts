import { skipString } from "./json-scan.ts";

/**
 * Where `params.arguments` stands in the text of a message, exactly as it came: spaces, number forms and repeated keys
 * included, which parsing loses. The text must be valid JSON of an object. As in `JSON.parse`, the last of several
 * equal keys counts. Undefined where there are no arguments.
 */
export function argumentsSpan(text: string): Span | undefined {
  const params = memberOf(text, 0, "params");
  if (params === undefined || text[params.from] !== "{") return undefined;
  return memberOf(text, params.from, "arguments");
}

/** From the first character to after the last one. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

function memberOf(text: string, start: number, name: string): Span | undefined {
  let found: Span | undefined;
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (text[at] !== "}") {
    const keyEnd = skipString(text, at);
    const spelled = text.slice(at + 1, keyEnd - 1);
    const key: unknown = spelled.includes("\\") ? JSON.parse(text.slice(at, keyEnd)) : spelled;
    const from = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const to = skipValue(text, from);
    if (key === name) found = { from, to };
    at = skipSpace(text, to);
    if (text[at] === ",") at = skipSpace(text, at + 1);
    if (at >= text.length) return undefined;
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return skipString(text, from);
  let at = from;
  if (first !== "{" && first !== "[") {
    while (at < text.length && !",}]".includes(text[at] as string) && text.charCodeAt(at) > 0x20) at += 1;
    return at;
  }
  let depth = 0;
  while (at < text.length) {
    const unit = text[at];
    if (unit === '"') {
      at = skipString(text, at);
      continue;
    }
    if (unit === "{" || unit === "[") depth += 1;
    else if (unit === "}" || unit === "]") depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}
