import { Failure } from "@postern/policy";

export interface DecodedBody {
  readonly text: string;
  /** The encoding's name in the Encoding Standard. */
  readonly charset: string;
}

/** Bytes at the start in which a document may say what it is encoded in. */
const prescanned = 1024;
/** Names that a refusal may say. Any other is the host's word: a part of a secret, where it is cut out of one. */
const refused = /^(?:utf-7|utf-32(?:le|be)?|hz-gb-2312|iso-2022-(?:kr|cn|cn-ext))$/i;

/**
 * Reads the bytes of an answer as text, in the encoding that its first bytes mark, its Content-Type names, the document itself
 * says, or else UTF-8: in this order, like a browser (WHATWG, Encoding and HTML §13.2.3.2). What cannot be decoded becomes
 * U+FFFD. Throws `net.decode` for encodings that browsers refuse as well (UTF-7, UTF-32, HZ), in which a filter reads
 * other text than its reader.
 */
export function decodeBody(bytes: Buffer, contentType: string | undefined): DecodedBody {
  const label = markOf(bytes) ?? charsetOf(contentType) ?? saidIn(bytes, contentType) ?? "utf-8";
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch (error) {
    const named = refused.test(label) ? `the encoding ${label.toLowerCase()}, which cannot be read safely` : "an encoding that is not known";
    throw new Failure("net.decode", `The answer is in ${named}.`, { cause: error });
  }
  return { text: decoder.decode(bytes), charset: decoder.encoding };
}

function markOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined
    ? undefined
    : /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i
        .exec(contentType)
        ?.slice(1)
        .find((found) => found !== undefined);
}

function saidIn(bytes: Buffer, contentType: string | undefined): string | undefined {
  if (contentType !== undefined && !/html|xml/i.test(contentType)) return undefined;
  const head = bytes.toString("latin1", 0, prescanned).replaceAll(/<!--[^]*?-->/g, "");
  const said = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1] ?? /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  // What was read as single bytes so far cannot be in two-byte units.
  if (said !== undefined && /^utf-?16/i.test(said)) return "utf-8";
  return said?.toLowerCase() === "x-user-defined" ? "windows-1252" : said;
}
