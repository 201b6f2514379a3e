import type { Span } from "./redact-span.ts";

/** The dashes that open every armor line: PEM (RFC 7468), OpenSSH, OpenPGP (RFC 9580 §6.2), SSH2 (RFC 4716), PuTTY's own. */
export const keyMarks = ["-----BEGIN ", "-----END ", "---- BEGIN ", "---- END ", "Private-Lines: "] as const;

const kind = "private-key";
const opening = /-{4,5} ?BEGIN [A-Z0-9 ]{0,48}PRIVATE KEY[A-Z0-9 ]{0,16} ?-{4,5}|Private-Lines: \d+/y;
const closing = /-{4,5} ?END [A-Z0-9 ]{0,48}PRIVATE KEY[A-Z0-9 ]{0,16} ?-{4,5}/y;
/** Fewer characters of base64 are a placeholder: the shortest real key, an Ed25519 one, has 64. */
const shortestBody = 40;
/** PuTTY's body is the private part alone: one number of 20 bytes and its length for DSA. */
const shortestPutty = 32;
const longestLine = 4096;
/** Characters behind an opening in which its key may lie in pieces: twice the largest in use. */
const reach = 8192;

/**
 * Private keys in text form, also those of which the text shows only a part: an opening without an end masks what
 * still reads like the body of a key, an end without an opening masks back to where that begins. `marks` are the
 * positions of `keyMarks` in the order of the text. Each stretch between two marks is read at most twice: linear.
 */
export function privateKeys(text: string, marks: readonly number[]): Span[] {
  const spans: Span[] = [];
  let opened: { at: number; body: number } | undefined;
  let floor = 0;
  for (const [index, at] of [...marks, text.length].entries()) {
    const closed = match(closing, text, at);
    if (closed !== undefined && (opened === undefined || isBody(text, opened.body, at))) {
      const start = opened?.at ?? bodyStart(text, floor, at);
      if (start < at) spans.push({ start, end: closed, kind });
    } else if (opened !== undefined) {
      const end = bodyEnd(text, opened.body, at, text.startsWith("P", opened.at) ? shortestPutty : shortestBody);
      if (end > opened.body) spans.push({ start: opened.at, end, kind });
      spans.push(...strewn(text, end, Math.min(at, opened.body + reach)));
    }
    if (index === marks.length) break;
    const body = match(opening, text, at);
    opened = body === undefined ? undefined : { at, body };
    floor = closed ?? body ?? at;
  }
  return spans;
}

/** Of a key without an end, lines that stand apart from each other: in code of their own, or among words. */
function strewn(text: string, from: number, to: number): Span[] {
  if (to - from < shortestBody) return [];
  return Array.from(text.slice(from, to).matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g))
    .filter(([run]) => /[0-9]/.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run))
    .map(({ index, 0: run }) => ({ start: from + index, end: from + index + run.length, kind }));
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Between an opening and its end: anything that holds enough base64, whatever quotes, prefixes or headers lie around it. */
function isBody(text: string, from: number, to: number): boolean {
  const body = text.slice(from, to);
  let longestRun = 0;
  for (const [run] of body.matchAll(/[A-Za-z0-9+/=]{16,}/g)) if (/[0-9]/.test(run) && /[A-Z]/.test(run)) longestRun = Math.max(longestRun, run.length);
  if (longestRun >= shortestBody) return true;
  const letters = body.replaceAll(/\\+[nrt]|[\s`]/g, "");
  return letters.length >= shortestBody && /^[A-Za-z0-9+/=]+$/.test(letters);
}

/** The end of the lines after an opening that read like a key's body; `from` when there are too few. */
function bodyEnd(text: string, from: number, to: number, shortest: number): number {
  let end = from;
  let letters = 0;
  for (let at = from; at < to; ) {
    const line = lineFrom(text, at, to);
    const length = bodyLetters(text.slice(at, Math.min(line.end, at + longestLine)));
    const header = letters === 0 && /^\W*[A-Za-z][A-Za-z-]*: /.test(text.slice(at, Math.min(line.end, at + 80)));
    if (length === undefined && !header) break;
    letters += length ?? 0;
    if ((length ?? 0) > 0) end = line.end;
    at = line.next;
  }
  return letters >= shortest ? end : from;
}

/** The start of the lines before an end that read like a key's body; `to` when there are none. */
function bodyStart(text: string, floor: number, to: number): number {
  let start = to;
  for (let end = to; end > floor; ) {
    const begin = lineStart(text, floor, end);
    const length = bodyLetters(text.slice(Math.max(begin, end - longestLine), end));
    if (length === undefined) break;
    if (length > 0) start = begin;
    end = begin > floor ? begin - 1 : floor;
  }
  return start;
}

/** A line ends at a line feed, or at an escaped one: keys in JSON and in environment files have no real ones. */
function lineFrom(text: string, from: number, to: number): { end: number; next: number } {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) return { end: at, next: at + 1 };
    if (code === 92 && "nr".includes(text.charAt(at + 1))) return { end: at, next: Math.min(at + 2, to) };
  }
  return { end: to, next: to };
}

function lineStart(text: string, floor: number, end: number): number {
  for (let at = end; at > floor; at -= 1) {
    if (text.charCodeAt(at - 1) === 10) return at;
    if (text.charAt(at - 2) === "\\" && "nr".includes(text.charAt(at - 1))) return at;
  }
  return floor;
}

const leading = " \t\r\v\f>#*\"'`,|\\-";
const trailing = " \t\r\v\f\"'`,;|\\+";

/**
 * Letters of base64 in a line that holds one run of them and decoration at most; undefined for any other line. By hand
 * and not by an expression: what may stand on both sides of the run would make one backtrack.
 */
export function bodyLetters(line: string): number | undefined {
  let at = 0;
  while (at < line.length && leading.includes(line.charAt(at))) at += 1;
  if (line.startsWith("// ", at)) at += 3;
  const start = at;
  while (at < line.length && isBase64(line.charCodeAt(at))) at += 1;
  const end = at;
  while (at < line.length && (line.charAt(at) === "=" || trailing.includes(line.charAt(at)))) at += 1;
  return at === line.length ? end - start : undefined;
}

function isBase64(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 43 || code === 47;
}
