import { hash } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/** A value that a leaf holds only in part. */
export interface Cut {
  /** Where it stands in the record: `targets[0].raw`. */
  readonly at: string;
  /** Its full size: UTF-16 code units of a string, members of a list. */
  readonly length: number;
  /**
   * SHA-256, hex, of the whole: of a string's UTF-8 bytes, of a list's canonical JSON. Of a string's UTF-16LE bytes
   * where `form` says so: it held a lone surrogate, which UTF-8 cannot carry.
   */
  readonly sha256: string;
  readonly form?: "utf-16le";
}

/** Largest body of a leaf, in bytes. An entry of a C2SP tile may have 65,535; a proof should stay small. */
export const leafLimit = 16_384;

interface Caps {
  /** Bytes of a string's JSON. */
  readonly text: number;
  /** Members of a list. */
  readonly list: number;
}
// the last step always fits: no record has as many members as it would take
const steps: readonly Caps[] = [
  { text: leafLimit, list: leafLimit },
  { text: 4096, list: 64 },
  { text: 1024, list: 32 },
  { text: 512, list: 8 },
  { text: 160, list: 4 },
  { text: 64, list: 0 },
];

/**
 * Canonical JSON of a record within `leafLimit` bytes. Strings and lists that are too long are cut to a prefix, and the
 * member `cut` says what was cut, with its full length and digest, so that nothing can be cut without a trace and the
 * whole can be proven by whoever has it. Lone surrogates become U+FFFD and are told in `cut` likewise.
 */
export function cutToFit(record: Readonly<Record<string, unknown>>): string {
  const digest = digests();
  for (const caps of steps) {
    const cuts: Cut[] = [];
    const kept = Object.fromEntries(Object.entries(record).map(([key, member]) => [key, shorten(member, key, { ...caps, cuts, digest })]));
    const body = canonicalJson(cuts.length === 0 ? kept : { ...kept, cut: cuts });
    if (Buffer.byteLength(body) <= leafLimit) return body;
  }
  throw new RangeError("a record has too many members for a leaf");
}

interface Cutting extends Caps {
  readonly cuts: Cut[];
  digest(whole: string | readonly unknown[]): string;
}

function shorten(value: unknown, at: string, cutting: Cutting): unknown {
  if (typeof value === "string") return shortenText(value, at, cutting);
  if (Array.isArray(value)) {
    if (value.length > cutting.list) cutting.cuts.push({ at, length: value.length, sha256: cutting.digest(value) });
    return value.slice(0, cutting.list).map((member, index) => shorten(member, `${at}[${index}]`, cutting));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shorten(member, `${at}.${key}`, cutting)]));
}

function shortenText(text: string, at: string, { text: cap, cuts, digest }: Cutting): string {
  const whole = text.toWellFormed();
  const short = prefix(whole, cap);
  if (whole !== text) cuts.push({ at, length: text.length, sha256: hash("sha256", Buffer.from(text, "utf16le")), form: "utf-16le" });
  else if (short !== whole) cuts.push({ at, length: text.length, sha256: digest(whole) });
  return short;
}

/** Digests of wholes, each computed once however many steps it takes. */
function digests(): Cutting["digest"] {
  const known = new Map<string | readonly unknown[], string>();
  return (whole) => {
    const digest = known.get(whole) ?? hash("sha256", typeof whole === "string" ? whole : canonicalJson(whole));
    known.set(whole, digest);
    return digest;
  };
}

/** The longest prefix, in whole code points, whose JSON takes no more than `cap` bytes. */
function prefix(text: string, cap: number): string {
  // no character takes less than a byte: what lies beyond cannot be in the prefix
  let short = text.slice(0, cap);
  while (Buffer.byteLength(canonicalJson(short)) > cap + 2) {
    const over = Buffer.byteLength(canonicalJson(short)) - cap - 2;
    // no code unit takes more than six bytes
    short = short.slice(0, short.length - Math.max(1, Math.floor(over / 6)));
  }
  const last = short.charCodeAt(short.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? short.slice(0, -1) : short;
}
