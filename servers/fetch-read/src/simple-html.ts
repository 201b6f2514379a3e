import type { Handler } from "htmlparser2";
import { type Attributes, isHidden, isNeverShown } from "./hidden-element.ts";
import { parseInSlices } from "./parse-in-slices.ts";
import { voidElements } from "./void-elements.ts";
import { webLink } from "./web-link.ts";

export interface SimpleHtml {
  readonly html: string;
  /** Hidden elements that were left out. */
  readonly hidden: number;
}

export interface SimpleLimits {
  readonly depth: number;
  readonly elements: number;
  /** Of the HTML that comes out. */
  readonly characters: number;
}

const usualLimits: SimpleLimits = { depth: 256, elements: 60_000, characters: 4_000_000 };
/** What tells an article from what stands around it. Longer values tell no more. */
const kept = new Set("class id role rel itemprop lang dir colspan rowspan datetime start".split(" "));
const longestValue = 200;
const longestLink = 2_048;
/** Written once, around everything: a tree without them is none that an article is found in. */
const skeleton = new Set(["html", "head", "body", "title"]);
/** Read by parsers as text up to their end, or in ways of their own: what is in them is text all the same. */
const rawText = new Map([
  ["xmp", "pre"],
  ["listing", "pre"],
  ["plaintext", "pre"],
]);

/**
 * Writes a page anew for a parser that builds a tree: what people see of it, closed and in order, with few attributes. Guarantees
 * the limits: parsers whose time grows with the square of the depth or of the elements get neither. Undefined: the page is
 * beyond them. Rejects with the signal's reason.
 */
export async function simpleHtml(html: string, url: string, signal: AbortSignal, limits: Partial<SimpleLimits> = {}): Promise<SimpleHtml | undefined> {
  const writer = new SimpleWriter(url, { ...usualLimits, ...limits });
  await parseInSlices(html, writer, () => writer.beyond, signal);
  return writer.beyond ? undefined : { html: writer.written(), hidden: writer.hidden };
}

class SimpleWriter implements Partial<Handler> {
  hidden = 0;
  beyond = false;
  readonly #limits: SimpleLimits;
  readonly #out: string[] = [];
  #base: URL | undefined;
  #length = 0;
  #elements = 0;
  /** Elements that are open, by the names that they were written with; empty for one that was not. */
  readonly #open: string[] = [];
  #title: string | undefined;
  #inTitle = false;
  /** Depth of the outermost element that is not shown, and whether it held any text. */
  #skippedFrom: number | undefined;
  #skippedText = false;

  constructor(url: string, limits: SimpleLimits) {
    this.#limits = limits;
    this.#base = URL.parse(url) ?? undefined;
  }

  onopentag(name: string, attributes: Attributes): void {
    if (this.beyond) return;
    this.#elements += 1;
    this.beyond = this.#elements > this.#limits.elements;
    if (voidElements.has(name)) {
      if (this.#skippedFrom === undefined) this.#void(name, attributes);
      return;
    }
    if (name === "title" && this.#title === undefined && this.#skippedFrom === undefined) {
      this.#title = "";
      this.#inTitle = true;
    }
    const written = skeleton.has(name) ? "" : /^[a-z][a-z0-9-]{0,30}$/.test(name) ? (rawText.get(name) ?? name) : "span";
    this.#open.push(written);
    this.beyond ||= this.#open.length > this.#limits.depth;
    if (this.#skippedFrom !== undefined) return;
    if (isNeverShown(name) || isHidden(name, attributes)) {
      this.#skippedFrom = this.#open.length;
      this.#skippedText = false;
    } else if (written !== "") this.#write(`<${written}${this.#attributes(name, attributes)}>`);
  }

  ontext(text: string): void {
    if (this.beyond) return;
    if (this.#inTitle) this.#title += text.slice(0, longestValue);
    else if (this.#skippedFrom === undefined) this.#write(escaped(text));
    else this.#skippedText ||= /\S/.test(text);
  }

  onclosetag(name: string): void {
    if (this.beyond || voidElements.has(name)) return;
    const written = this.#open.pop() ?? "";
    this.#inTitle &&= name !== "title";
    if (this.#skippedFrom === undefined) {
      if (written !== "") this.#write(`</${written}>`);
    } else if (this.#open.length < this.#skippedFrom) {
      this.#skippedFrom = undefined;
      if (this.#skippedText) this.hidden += 1;
    }
  }

  written(): string {
    const title = (this.#title ?? "").slice(0, longestValue);
    return `<!DOCTYPE html><html><head><title>${escaped(title)}</title></head><body>${this.#out.join("")}</body></html>`;
  }

  #void(name: string, attributes: Attributes): void {
    if (name === "br" || name === "hr" || name === "img" || name === "wbr") this.#write(`<${name}${this.#attributes(name, attributes)}>`);
    else if (name === "base") this.#base = (attributes["href"] === undefined ? undefined : URL.parse(attributes["href"], this.#base)) ?? this.#base;
  }

  #attributes(name: string, attributes: Attributes): string {
    let text = "";
    for (const key of kept) {
      const value = attributes[key];
      if (value !== undefined && value !== "") text += ` ${key}="${escaped(value.slice(0, longestValue))}"`;
    }
    const link = name === "a" ? attributes["href"] : undefined;
    if (link === undefined || link.length > longestLink) return text;
    // Absolute, since the parser that reads it knows no base.
    const href = link.startsWith("#") ? link : webLink(link, this.#base)?.href;
    return href === undefined ? text : `${text} href="${escaped(href)}"`;
  }

  #write(piece: string): void {
    this.#out.push(piece);
    this.#length += piece.length;
    this.beyond ||= this.#length > this.#limits.characters;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (unit) => `&#${unit.charCodeAt(0)};`);
}
