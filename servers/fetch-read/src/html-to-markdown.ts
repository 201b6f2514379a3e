import { setImmediate as turn } from "node:timers/promises";
import { Parser } from "htmlparser2";
import { DocumentWriter } from "./document-writer.ts";

export interface ConvertOptions {
  /** Where the document came from: links are read against it. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly limits?: Partial<ConvertLimits>;
}

export interface ConvertLimits {
  /** Elements inside each other. The parser's own time grows with the square of it. */
  readonly depth: number;
  /** Tags and pieces of text. */
  readonly nodes: number;
  /** Characters of Markdown. */
  readonly characters: number;
}

export interface Converted {
  readonly text: string;
  readonly title: string | undefined;
  /** What was left out, by kind. */
  readonly removed: { readonly hidden: number; readonly images: number; readonly links: number };
  /** The limit at which the rest of the document was given up. */
  readonly truncated: keyof ConvertLimits | undefined;
}

const usualLimits: ConvertLimits = { depth: 256, nodes: 300_000, characters: 2_000_000 };
/** Fed to the parser at once; between two pieces the limits are looked at. */
const pieceLength = 8_192;
/** Milliseconds after which other calls get their turn. */
const slice = 10;

/**
 * Turns a page into Markdown: what people see of it, in order, with headings, lists, tables, code and links. Guarantees: time
 * and memory grow with the length of the page alone, whatever its tags are, and end at the limits; no image and no link but
 * http and https ones come out, and no text that the page hides by its own attributes.
 *
 * Holes: what stylesheets hide is not known. Rejects with the signal's reason.
 */
export async function htmlToMarkdown(html: string, { url, signal, limits }: ConvertOptions): Promise<Converted> {
  const document = new DocumentWriter(url, { ...usualLimits, ...limits });
  const parser = new Parser(document, { lowerCaseTags: true, lowerCaseAttributeNames: true, decodeEntities: true, recognizeSelfClosing: false });
  let since = performance.now();
  for (let at = 0; at < html.length && document.truncated === undefined; at += pieceLength) {
    signal.throwIfAborted();
    parser.write(html.slice(at, at + pieceLength));
    if (performance.now() - since < slice) continue;
    await turn();
    since = performance.now();
  }
  // The end closes what is open, which a document that was given up need not wait for.
  if (document.truncated === undefined) parser.end();
  return document.result();
}
