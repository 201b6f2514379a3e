import { fold } from "./fold.ts";

/** A text that gives a secret away. */
export interface Form {
  readonly text: string;
  /** Letters of base64 before and behind it hold bits of the secret too. */
  readonly base64: boolean;
  /** It lacks its first characters: what stood before them made an escape of them. */
  readonly tail: boolean;
}

/** Fewer characters would be found in texts that have nothing to do with it. */
const shortest = 6;
/** Characters of a secret that an escape which begins before it can take: those of `\\u`. */
const mostTaken = 4;

/**
 * The forms of one value in a text at any level of folding: itself, base64 and base64url of any text that it is a part of,
 * and hexadecimal digits. Of a key the bytes, which have no spelling of their own, in the same encodings, and as the text
 * that they may be.
 */
export function secretForms(value: string, key?: Buffer): readonly Form[] {
  const text = key?.toString("latin1") ?? "";
  const forms = [...formsOf(value), ...(/^[\x20-\x7e]+$/.test(text) ? formsOf(text) : []), ...(key === undefined ? [] : encodedForms(key))];
  return [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()];
}

function formsOf(value: string): readonly Form[] {
  const spellings = [value, value.replaceAll(" ", "+"), value.replaceAll(/ +/g, " ")];
  const plain = new Set(spellings.flatMap((each) => fold(each).map(({ text }) => text)));
  return [...withTails(plain, false), ...encodedForms(Buffer.from(value))];
}

function encodedForms(bytes: Buffer): readonly Form[] {
  const base64 = new Set([0, 1, 2].flatMap((shift) => base64At(bytes, shift)));
  const digits = bytes.toString("hex");
  const hexadecimal = [digits, digits.toUpperCase()].map((text) => ({ text, base64: false, tail: false }));
  return [...withTails(base64, true), ...hexadecimal];
}

function* withTails(texts: ReadonlySet<string>, base64: boolean): Generator<Form> {
  for (const text of texts) {
    if (text.length < shortest) continue;
    yield { text, base64, tail: false };
    for (let taken = 1; taken <= mostTaken && /[0-9a-f]/i.test(text.charAt(taken - 1)); taken += 1) {
      if (text.length - taken >= shortest) yield { text: text.slice(taken), base64, tail: true };
    }
  }
}

/** The letters that depend on nothing but the value, where so many bytes (modulo 3) stand before it. */
function base64At(value: Buffer, shift: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), value]);
  const [first, end] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
  return (["base64", "base64url"] as const).map((encoding) => bytes.toString(encoding).slice(first, end));
}
