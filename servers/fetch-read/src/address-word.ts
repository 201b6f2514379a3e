import { withoutInvisible } from "@postern/policy";

/** How a bare address begins that parsers make a link of, with all that follows up to the next space. */
const begins = /:\/\/|www\./i;

/** Whether a bare address begins in a text, or in what nobody sees the joints of. */
export function isAddress(text: string): boolean {
  return begins.test(/[^ -~]/.test(text) ? withoutInvisible(text).text : text);
}

/** Where in a text it begins, without a look at what nobody sees; -1: nowhere. */
export function addressAt(text: string): number {
  return text.search(begins);
}

/** A word that is written in pieces, which may spell an address together. */
export class AddressWord {
  /** It does, and also a mark behind it would be part of that. */
  holds = false;
  #tail = "";

  begin(): void {
    this.holds = false;
    this.#tail = "";
  }

  /** Whether all of the piece may be part of an address: where that begins in it, its own text tells. */
  follow(piece: string): boolean {
    const before = this.holds;
    const word = this.#tail + (/[^!-~]/.test(piece) ? withoutInvisible(piece).text : piece);
    this.holds ||= isAddress(word);
    this.#tail = word.slice(-3);
    return before || (this.holds && addressAt(piece) < 0);
  }
}
