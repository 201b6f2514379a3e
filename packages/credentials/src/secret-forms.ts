import { fold } from "./fold.ts";

/** A text that gives a secret away. Of one that is base64, the letters beside it hold bits of it too. */
export interface Form {
  readonly text: string;
  readonly base64: boolean;
}

/** Fewer letters of base64 would be found in texts that have nothing to do with it. */
const shortest = 6;

/** The forms of one value in a folded text: itself, and base64 and base64url of any text that it is a part of. */
export function secretForms(value: string): readonly Form[] {
  const plain = new Set([value, value.replaceAll(" ", "+"), value.replaceAll(/ +/g, " ")].map((each) => fold(each).text));
  const encoded = new Set([0, 1, 2].flatMap((shift) => base64At(value, shift)));
  return [
    ...[...plain].map((text) => ({ text, base64: false })),
    ...[...encoded].filter((text) => text.length >= shortest).map((text) => ({ text, base64: true })),
  ].filter(({ text }) => text !== "");
}

/** The letters that depend on nothing but the value, where so many bytes (modulo 3) stand before it. */
function base64At(value: string, shift: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
  const [first, end] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
  return (["base64", "base64url"] as const).map((encoding) => bytes.toString(encoding).slice(first, end));
}
