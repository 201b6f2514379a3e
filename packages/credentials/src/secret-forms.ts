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

/** The forms of one value in a text at any level of folding: itself, and base64 and base64url of any text that it is a part of. */
export function secretForms(value: string): readonly Form[] {
  const spellings = [value, value.replaceAll(" ", "+"), value.replaceAll(/ +/g, " ")];
  const plain = new Set(spellings.flatMap((each) => fold(each).map(({ text }) => text)));
  const encoded = new Set([0, 1, 2].flatMap((shift) => base64At(value, shift)));
  return [...withTails(plain, false), ...withTails(encoded, true)];
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
function base64At(value: string, shift: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
  const [first, end] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
  return (["base64", "base64url"] as const).map((encoding) => bytes.toString(encoding).slice(first, end));
}
