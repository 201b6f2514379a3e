import { generic, type Span } from "./redact-span.ts";

/** What may stand between a name and its value: `name: "v"`, `NAME=v`, `"name" => 'v'`, `\"name\": \"v\"`. */
const assigned = /\\?["'`]?\]?\s{0,3}(?:=>|:=|===?|=|:)\s{0,3}(?:(\\?["'`])((?:[^"'`\s\\]|\\(?!["'`])| (?! ))+)\1|([^\s"'`,;&#(){}<>[\]\\]+)(?=[\s,;&#]|$))/y;
const longestValue = 256;

/**
 * The value that is assigned to a name of `assignedNames` which ends at `end`. Only when it reads like a secret: a
 * reader who finds half a source file masked switches redaction off.
 */
export function assignedSecret(text: string, end: number, shortest: number): Span | undefined {
  // A copy of the few characters that matter: a value without an end must not cost a scan of the whole text.
  const near = text.slice(end, end + longestValue + 16);
  assigned.lastIndex = 0;
  const found = assigned.exec(near);
  const quoted = found?.[2];
  const value = quoted ?? found?.[3];
  if (found === null || value === undefined || value.length < shortest || value.length > longestValue) return undefined;
  // Unquoted values are mostly code: an expression, a type, a word.
  if (quoted === undefined && (value.length < 12 || isExpression(value))) return undefined;
  if (!looksFilledIn(value) || !looksRandom(value) || isSentence(value)) return undefined;
  const start = end + found[0].lastIndexOf(value);
  return { start, end: start + value.length, kind: generic };
}

const authorization = /\\?["'`]?\s{0,3}[:=,]\s{0,3}\\?["'`]?(?:Bearer|Basic|Token|ApiKey)\s{1,3}([A-Za-z0-9._~+/=-]{12,2048})/iy;

/** The credential of an `Authorization` header (RFC 9110 §11.6.2) whose name ends at `end`. */
export function authorizationSecret(text: string, end: number): Span | undefined {
  authorization.lastIndex = end;
  const value = authorization.exec(text)?.[1];
  if (value === undefined || !looksFilledIn(value)) return undefined;
  return { start: authorization.lastIndex - value.length, end: authorization.lastIndex, kind: "authorization-header" };
}

const placeholder =
  /^(?:\$|%|<|\{|\[|x+$|\.{3}|your[-_ ]?|my[-_]|some[-_]|change[-_]?me|placeholder|redacted|insert|replace|enter|null$|none$|undefined$|true$|false$|password\d*$|passwd$|pass$|pw$|pwd$|secret$|token$|process\.|env\.|os\.|secrets?\.|vars?\.|vault:|arn:|ref[+:])/i;
const filler = /\$\{|\{\{|\*{3}|x{5}|\.{3}|…|example|redacted|placeholder|[-_]here$/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const dottedNames = /^[A-Za-z_$][\w$]*(?:[.?!]+[A-Za-z_$][\w$]*)+[.?!;]*$/;
const words = /^[a-z]+\d{0,3}(?:[-_./:][a-z]+\d{0,3})*$/i;

/** False for templates, examples and references to where the secret really is. */
export function looksFilledIn(value: string): boolean {
  return !placeholder.test(value) && !filler.test(value);
}

function isExpression(value: string): boolean {
  return dottedNames.test(value) || /^[A-Z][A-Za-z]+$/.test(value) || value.includes("::") || value.includes("->");
}

/** Several words are a message to people (`Use 8 characters or more`), unless they are few and one mixes letters and digits. */
function isSentence(value: string): boolean {
  if (!value.includes(" ")) return false;
  const parts = value.split(" ");
  return parts.length > 3 || !parts.some((part) => part.length >= 6 && /[A-Za-z]/.test(part) && /[0-9]/.test(part));
}

const bitsPerCharacter = 2.75;

function looksRandom(value: string): boolean {
  if (uuid.test(value) || words.test(value) || value.includes("://") || /^[./~\\]/.test(value)) return false;
  if (!/[A-Za-z]/.test(value) || !/[0-9]/.test(value)) return false;
  return entropy(value) >= Math.min(bitsPerCharacter, Math.log2(value.length) - 0.45);
}

/** Shannon entropy of the characters, in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
