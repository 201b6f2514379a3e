import { readUrl, type GatedUrl } from "../url-gate.ts";

/** A URL in which parts of the path are left to the caller; everything before the path is fixed. */
export interface UrlTemplate {
  readonly text: string;
  /** The URL with a letter at each place that is left open: what it says of host and port holds for all. */
  readonly sample: GatedUrl;
  readonly names: readonly string[];
  readonly origin: string;
  readonly path: string;
  /** With its question mark; empty: none. */
  readonly query: string;
}

export type PathValue = string | number | boolean;
export type QueryValue = PathValue | readonly PathValue[];

/** The value of a path parameter that would change where the request goes. `rule` says how. */
export interface Unfit {
  readonly name: string;
  readonly rule: "empty" | "dot-segment" | "separator" | "control" | "invisible" | "percent" | "surrogate" | "template";
}

const placeholder = /\{([a-zA-Z][a-zA-Z0-9_]{0,63})\}/g;

/** Reads a template. Returns one sentence where it is none. */
export function readUrlTemplate(text: string): UrlTemplate | string {
  const [, origin = "", path = "", query = "", rest = ""] = /^([a-z]+:\/\/[^/?#]*)(\/[^?#]*)(\?[^#]*)?(.*)$/s.exec(text) ?? [];
  if (origin === "") return "has to be a whole URL with a path, at least a /";
  if (rest !== "") return "has a #, which is never sent";
  if (/[{}]/.test(origin) || /[{}]/.test(query)) return "leaves more open than parts of the path: scheme, host, port and what follows a ? are fixed";
  const names = [...path.matchAll(placeholder)].map(([, name = ""]) => name);
  if (/[{}]/.test(path.replaceAll(placeholder, ""))) return "has a brace that is no {name}";
  // One of its digits could be the caller's.
  if (/%(?![0-9a-f]{2})/i.test(path + query)) return "has a % that is not followed by two hexadecimal digits";
  if (new Set(names).size < names.length) return "has the same {name} twice";
  const sample = readUrl(`${origin}${path.replaceAll(placeholder, "x")}${query}`);
  if (sample.outcome === "refused") return `is refused by the gate of URLs (${sample.rule})`;
  const given = `${origin}${path.replaceAll(placeholder, "x")}${query}`;
  if (sample.url.href !== given) return `is not written as it would be sent, which is ${sample.url.href}`;
  return { text, sample, names, origin, path, query };
}

/**
 * The URL with the caller's values in it. Guarantees that they change neither how many segments the path has nor which
 * ones are fixed, for whoever reads it: not as it is written, not once it is decoded, also twice, not in another Unicode
 * form of the same characters, not beside each other or beside what is fixed, and not where spaces or parameters of
 * segments (`..;a`) are cut off first.
 */
export function fillUrlTemplate(
  template: UrlTemplate,
  path: Readonly<Record<string, PathValue>>,
  query: Readonly<Record<string, QueryValue | undefined>>,
): { readonly url: string } | Unfit {
  for (const name of template.names) {
    const rule = unfitness(String(path[name] ?? ""));
    if (rule !== undefined) return { name, rule };
  }
  const whole = joined(template, path);
  if (whole !== undefined) return { name: template.names.join(", "), rule: whole };
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((each) => `${encoded(name)}=${encoded(String(each))}`),
  );
  const asked = pairs.length === 0 ? "" : `${template.query === "" ? "?" : "&"}${pairs.join("&")}`;
  const filled = template.path.replaceAll(placeholder, (_, name: string) => encoded(String(path[name] ?? "")));
  const url = `${template.origin}${filled}${template.query}${asked}`;
  if (URL.parse(url)?.href !== url) return { name: template.names.join(", "), rule: "template" };
  return { url };
}

function unfitness(value: string): Unfit["rule"] | undefined {
  if (value === "") return "empty";
  if (!value.isWellFormed()) return "surrogate";
  const plain = value.normalize("NFKC");
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(plain)) return "control";
  // Who leaves them out reads another path.
  if (/[\p{Default_Ignorable_Code_Point}\p{Cf}]/u.test(plain)) return "invisible";
  if (/[/\\?#\u2215\u2044\u29f8]/.test(plain)) return "separator";
  if (encodedUnit.test(plain)) return "percent";
  return isDots(plain) ? "dot-segment" : undefined;
}

/** What values become beside each other and beside what is fixed, for whoever decodes it, also more than once. */
function joined(template: UrlTemplate, path: Readonly<Record<string, PathValue>>): Unfit["rule"] | undefined {
  if (template.names.length === 0) return undefined;
  // Every other part is a name.
  const parts = template.path.split(placeholder).map((part, at) => (at % 2 === 0 ? decoded(part) : String(path[part] ?? "")));
  const plain = parts.join("").normalize("NFKC");
  if (encodedUnit.test(plain)) return "percent";
  return plain.split(/[/\\]/).some(isDots) ? "dot-segment" : undefined;
}

const encodedUnit = /%[0-9a-f]{2}/i;

/** What is fixed, as it reads once nothing is left to decode; what is not ASCII there plays no part. */
function decoded(text: string): string {
  let last = text;
  while (encodedUnit.test(last)) {
    last = last.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => {
      const code = Number.parseInt(digits, 16);
      return code < 0x80 ? String.fromCharCode(code) : "x";
    });
  }
  return last;
}

/** Also where a reader cuts spaces off, or what follows a semicolon. */
function isDots(segment: string): boolean {
  return /^(?:\.{1,2}$|\.{0,2}\s*;)/.test(segment.trim());
}

/** Everything but unreserved characters (RFC 3986 §2.3). Takes well-formed text only. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
