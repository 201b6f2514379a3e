import type { DecodedText } from "./decode-text.ts";

/** The bytes of a text in the encoding, and behind the byte order mark, that another text was decoded from. The inverse of `decodeText` where that lost nothing. */
export function encodeText(text: string, { encoding, bom }: Pick<DecodedText, "encoding" | "bom">): Buffer {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(bom ? `\ufeff${text}` : text);
    case "utf-16le":
      return Buffer.from(`\ufeff${text}`, "utf16le");
    case "utf-16be":
      return Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    default:
      return Buffer.from(text, "latin1");
  }
}
