// what JSON must escape, and every surrogate: those are looked at one by one
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * A string as RFC 8785 writes it. The caller has made sure that it is well-formed; a lone surrogate comes out as an
 * escape, which is JSON but not RFC 8785.
 */
export function quote(text: string): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A number as RFC 8785 writes it. Throws `TypeError` for what JSON has no number for. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError("not a finite number");
  return String(value);
}

/**
 * The canonical form of a value, RFC 8785: keys in the order of their UTF-16 code units, no space, shortest numbers.
 * Properties that are undefined are left out. Throws `TypeError` for values that JSON does not have.
 */
export function canonicalJson(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return digits(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value !== "object") throw new TypeError(`no JSON value: ${typeof value}`);
  if (Array.isArray(value)) return `[${value.map((member) => canonicalJson(member)).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, member]) => `${quote(key)}:${canonicalJson(member)}`).join(",")}}`;
}
