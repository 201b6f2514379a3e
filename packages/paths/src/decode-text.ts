import { isAscii, isUtf8 } from "node:buffer";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

export interface DecodedText {
  readonly text: string;
  /** By its byte order mark, else UTF-8 where the bytes are valid, else Latin-1, which is a guess. */
  readonly encoding: TextEncoding;
  /** Some bytes were not valid in the encoding and are U+FFFD now. */
  readonly lossy: boolean;
  /** A byte order mark stood in front; it is not part of `text`. */
  readonly bom: boolean;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const utf16le = new TextDecoder("utf-16le", { ignoreBOM: true });
const utf16be = new TextDecoder("utf-16be", { ignoreBOM: true });

/** Decodes a whole file's bytes, and says how. Never silently: what cannot be decoded is told by `lossy`. */
export function decodeText(bytes: Buffer): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16("utf-16le", utf16le, bytes.subarray(2));
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16("utf-16be", utf16be, bytes.subarray(2));
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = bom ? bytes.subarray(3) : bytes;
  // The same text, and an eighth of the time of the general decoder.
  if (isAscii(body)) return { text: body.toString("latin1"), encoding: "utf-8", lossy: false, bom };
  if (isUtf8(body)) return { text: body.toString("utf8"), encoding: "utf-8", lossy: false, bom };
  // The mark says UTF-8, so the damage is told instead of guessing another encoding.
  if (bom) return { text: utf8.decode(body), encoding: "utf-8", lossy: true, bom };
  return { text: body.toString("latin1"), encoding: "latin1", lossy: false, bom: false };
}

function utf16(encoding: "utf-16le" | "utf-16be", decoder: TextDecoder, body: Buffer): DecodedText {
  const text = decoder.decode(body);
  // A lone surrogate and an odd last byte both decode to U+FFFD; a U+FFFD of the file itself is no loss.
  const lossy = body.length % 2 === 1 || (text.includes("\ufffd") && !encodesTo(text, body, encoding));
  return { text, encoding, lossy, bom: true };
}

function encodesTo(text: string, body: Buffer, encoding: "utf-16le" | "utf-16be"): boolean {
  const encoded = Buffer.from(text, "utf16le");
  return (encoding === "utf-16le" ? encoded : encoded.swap16()).equals(body);
}
