import { DocumentWriter } from "./document-writer.ts";
import { parseInSlices } from "./parse-in-slices.ts";

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

/**
 * Turns a page into Markdown: what people see of it, in order, with headings, lists, tables, code and links. Guarantees: time
 * and memory grow with the length of the page alone, whatever its tags are, and end at the limits; no image and no link but
 * http and https ones come out, and no text that the page hides by its own attributes.
 *
 * Holes: what stylesheets hide is not known. Rejects with the signal's reason.
 */
export async function htmlToMarkdown(html: string, { url, signal, limits }: ConvertOptions): Promise<Converted> {
  const document = new DocumentWriter(url, { ...usualLimits, ...limits });
  await parseInSlices(html, document, () => document.truncated !== undefined, signal);
  return document.result();
}
