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
 * form of the same characters, and not where parameters of segments (`..;a`) are cut off first.
 */
export function fillUrlTemplate(
  template: UrlTemplate,
  path: Readonly<Record<string, PathValue>>,
  query: Readonly<Record<string, QueryValue>>,
): { readonly url: string } | Unfit {
  for (const name of template.names) {
    const rule = unfitness(String(path[name] ?? ""));
    if (rule !== undefined) return { name, rule };
  }
  const put = (encode: (value: string) => string): string => template.path.replaceAll(placeholder, (_, name: string) => encode(String(path[name] ?? "")));
  const dots = put((value) => value)
    .split("/")
    .some(isDots);
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => `${encoded(name)}=${encoded(String(each))}`));
  const joined = pairs.length === 0 ? "" : `${template.query === "" ? "?" : "&"}${pairs.join("&")}`;
  const url = `${template.origin}${put(encoded)}${template.query}${joined}`;
  if (dots || URL.parse(url)?.href !== url) return { name: template.names.join(", "), rule: "template" };
  return { url };
}

function unfitness(value: string): Unfit["rule"] | undefined {
  if (value === "") return "empty";
  if (!value.isWellFormed()) return "surrogate";
  const plain = value.normalize("NFKC");
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(plain)) return "control";
  // Who leaves them out reads another path.
  if (/[\p{Default_Ignorable_Code_Point}\p{Cf}]/u.test(plain)) return "invisible";
  if (/[/\\\u2215\u2044\u29f8]/.test(plain)) return "separator";
  if (/%[0-9a-f]{2}/i.test(plain)) return "percent";
  return isDots(plain) ? "dot-segment" : undefined;
}

function isDots(segment: string): boolean {
  return /^(?:\.{1,2}$|\.{0,2};)/.test(segment);
}

/** Everything but unreserved characters (RFC 3986 §2.3). Takes well-formed text only. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
