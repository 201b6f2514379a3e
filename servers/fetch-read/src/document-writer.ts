import type { Handler } from "htmlparser2";
import { type Attributes, isHidden, isNeverShown } from "./hidden-element.ts";
import type { Converted, ConvertLimits } from "./html-to-markdown.ts";
import { inertUrl } from "./inert-url.ts";
import { longestRun } from "./markdown-escape.ts";
import { MarkdownWriter } from "./markdown-writer.ts";
import { TableWriter } from "./table-writer.ts";
import { voidElements } from "./void-elements.ts";
import { webLink } from "./web-link.ts";

const headings: ReadonlyMap<string, string> = new Map([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, `${"#".repeat(level)} `]));
const marks: ReadonlyMap<string, string> = new Map(
  Object.entries({ b: "**", strong: "**", em: "*", i: "*", cite: "*", del: "~~", s: "~~", strike: "~~", code: "`", kbd: "`", samp: "`", tt: "`" }),
);
const paragraphs = new Set("p figure figcaption dl fieldset table ul ol menu hgroup details".split(" "));
const blocks = new Set("div section article main header footer aside nav address summary form dt body html caption legend center option".split(" "));
/** All that a link says which only leads to the heading that it stands at, or back to where a note belongs. */
const anchorMark = /^\s*[\u00a7\u00b6#^\u2191\u21a9]\ufe0e?\s*$/;
const ofHead = new Set("title script style noscript template".split(" "));
/** Of a page's own words, that what it calls its main part must hold before the rest is left out. */
const mainShare = 0.25;

/** Hears what the parser finds, and writes what a reader would see of it. */
export class DocumentWriter implements Partial<Handler> {
  truncated: keyof ConvertLimits | undefined;
  readonly #limits: ConvertLimits;
  readonly #writer: MarkdownWriter;
  readonly #removed = { hidden: 0, images: 0, links: 0 };
  readonly #page: string;
  #base: URL | undefined;
  #nodes = 0;
  /** Names of the elements that are open, and of those the marks and links whose end has to be written. */
  readonly #open: string[] = [];
  readonly #links: { readonly to: string | undefined; readonly inPage: boolean }[] = [];
  readonly #lists: { ordered: boolean; next: number }[] = [];
  /** Depth of the outermost element that is not shown, and whether it held any text. */
  #skippedFrom: number | undefined;
  #skippedText = false;
  #title: string | undefined;
  #inTitle = false;
  #inHead = false;
  /** Tables inside of the one that is written. */
  #innerTables = 0;
  /** Not written yet: the parser breaks text where an entity stands, and what it looks like shows only in the whole. */
  #text = "";
  #pre: { text: string; language: string; readonly depth: number } | undefined;
  #table: TableWriter | undefined;
  #main: { readonly from: number; to: number | undefined; readonly depth: number } | undefined;
  /** Where the last headline before the main part begins, until the main part has one of its own. */
  #headline: number | undefined;

  constructor(url: string, limits: ConvertLimits) {
    this.#limits = limits;
    this.#writer = new MarkdownWriter(limits.characters);
    this.#page = url;
    this.#base = URL.parse(url) ?? undefined;
  }

  onopentag(name: string, attributes: Attributes): void {
    if (!this.#goesOn()) return;
    this.#count();
    this.#endText();
    if (voidElements.has(name)) {
      if (this.#skippedFrom === undefined) this.#void(name, attributes);
      return;
    }
    this.#open.push(name);
    if (this.#open.length > this.#limits.depth) this.truncated = "depth";
    if (this.#skippedFrom !== undefined) return;
    // A head ends with the first element that belongs to the body, whether its end is written or not.
    if (name === "head") this.#inHead = true;
    else if (!ofHead.has(name)) this.#inHead = false;
    if (name === "title" && this.#title === undefined) this.#inTitle = true;
    else if (isNeverShown(name) || isHidden(name, attributes) || isFurniture(name, attributes)) {
      this.#skippedFrom = this.#open.length;
      this.#skippedText = false;
    } else if (this.#pre === undefined) this.#begin(name, attributes);
    else if (name === "code") this.#pre.language ||= languageOf(attributes);
  }

  ontext(written: string): void {
    if (!this.#goesOn()) return;
    this.#count();
    // They become line feeds later, where a line may not end: in a row of a table, or within code.
    const text = written.replaceAll(/[\u2028\u2029]/g, "\n");
    if (this.#inTitle) this.#title = (this.#title ?? "") + text;
    else if (this.#skippedFrom !== undefined) this.#skippedText ||= /\S/.test(text);
    else if (this.#pre !== undefined) this.#pre.text += text;
    else if (!this.#inHead) this.#text += text;
    if (this.#writer.length + this.#text.length + (this.#pre?.text.length ?? 0) + (this.#table?.length ?? 0) > this.#limits.characters)
      this.truncated = "characters";
  }

  onclosetag(name: string): void {
    if (!this.#goesOn() || voidElements.has(name)) return;
    this.#endText();
    const depth = this.#open.length;
    this.#open.pop();
    if (name === "head") this.#inHead = false;
    if (this.#skippedFrom !== undefined) {
      if (this.#open.length >= this.#skippedFrom) return;
      this.#skippedFrom = undefined;
      if (this.#skippedText) this.#removed.hidden += 1;
      return;
    }
    if (name === "title") this.#inTitle = false;
    else if (this.#pre === undefined) this.#end(name, depth);
    else if (depth <= this.#pre.depth) this.#endPre();
  }

  result(): Converted {
    const writer = this.#writer;
    this.#endText();
    if (this.#pre !== undefined) this.#endPre();
    if (this.#table !== undefined) this.#endTable();
    if (writer.full) this.truncated ??= "characters";
    const whole = writer.from();
    const main = this.#main === undefined ? "" : writer.from(this.#headline ?? this.#main.from, this.#main.to);
    const title = this.#title?.replaceAll(/\s+/g, " ").trim();
    return {
      text: main.length >= whole.length * mainShare ? main : whole,
      title: title === "" ? undefined : title,
      removed: { ...this.#removed },
      truncated: this.truncated,
    };
  }

  #endText(): void {
    if (this.#text === "") return;
    if (!(this.#links.at(-1)?.inPage === true && anchorMark.test(this.#text))) this.#into().text(this.#text);
    this.#text = "";
  }

  #goesOn(): boolean {
    return this.truncated === undefined;
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) this.truncated = "nodes";
  }

  #into(): MarkdownWriter {
    return this.#table?.cell ?? this.#writer;
  }

  #void(name: string, attributes: Attributes): void {
    const into = this.#into();
    if (name === "br") {
      if (this.#pre === undefined) into.break(1);
      else this.#pre.text += "\n";
    } else if (name === "hr" && this.#pre === undefined) into.verbatim(["---"]);
    else if (name === "img") this.#removed.images += 1;
    else if (name === "wbr") return;
    else if (name === "base") {
      const { href } = attributes;
      this.#base = (href === undefined ? undefined : URL.parse(href, this.#base)) ?? this.#base;
    }
  }

  #begin(name: string, attributes: Attributes): void {
    const into = this.#into();
    const heading = headings.get(name);
    const mark = marks.get(name);
    if (heading !== undefined) {
      if (name === "h1" && into === this.#writer && this.#main?.to === undefined) this.#headline = this.#main === undefined ? into.mark() : undefined;
      into.break(2);
      into.enter(heading, "");
    } else if (mark !== undefined) into.open(mark);
    else if (name === "rt") into.text("(");
    else if (name === "a") {
      const href = attributes["href"]?.trim() ?? "";
      const to = this.#linkTo(href);
      this.#links.push({ to, inPage: href.startsWith("#") || (to?.includes("#") === true && withoutPart(to) === withoutPart(this.#page)) });
      into.openLink(to);
    } else if (name === "pre") {
      into.break(2);
      this.#pre = { text: "", language: languageOf(attributes), depth: this.#open.length };
    } else if (name === "blockquote") {
      into.break(2);
      into.enter("> ", "> ");
    } else if (name === "li") this.#beginItem(into);
    else if (name === "dd") into.enter(": ", "  ");
    else if (this.#table !== undefined && isPart(name)) {
      if (this.#innerTables === 0) this.#table.begin(name);
      else into.break(1);
    } else if (name === "table" && this.#table === undefined) {
      into.break(2);
      this.#table = new TableWriter(this.#open.length, this.#limits.characters);
    } else {
      if (name === "table") this.#innerTables += 1;
      if (paragraphs.has(name)) into.break(2);
      else if (blocks.has(name)) into.break(1);
      if (name === "ul" || name === "ol" || name === "menu")
        this.#lists.push({ ordered: name === "ol", next: Number.parseInt(attributes["start"] ?? "1", 10) || 1 });
      if ((name === "main" || attributes["role"] === "main") && this.#main === undefined && this.#table === undefined && !into.inCode) {
        this.#main = { from: this.#writer.mark(), to: undefined, depth: this.#open.length };
      }
    }
  }

  #beginItem(into: MarkdownWriter): void {
    const list = this.#lists.at(-1);
    // Others than these numbers begin no item, and what stands in it is read in another way than it was written.
    const mark = list?.ordered === true && list.next >= 0 && list.next < 1e9 ? `${list.next}. ` : "- ";
    if (list !== undefined) list.next += 1;
    into.enter(mark, " ".repeat(mark.length));
  }

  #end(name: string, depth: number): void {
    const into = this.#into();
    if (headings.has(name) || name === "blockquote") {
      into.leave();
      into.break(2);
    } else if (marks.has(name)) into.close();
    else if (name === "rt") into.text(")");
    else if (name === "a") into.closeLink(this.#links.pop()?.to);
    else if (name === "li" || name === "dd") into.leave();
    else if (this.#table !== undefined && name === "table" && depth <= this.#table.depth) this.#endTable();
    else if (this.#table !== undefined && isPart(name)) {
      if (this.#innerTables === 0 && name !== "tr") this.#table.end();
    } else {
      if (name === "table") this.#innerTables -= 1;
      if (paragraphs.has(name)) into.break(2);
      else if (blocks.has(name)) into.break(1);
      if (name === "ul" || name === "ol" || name === "menu") this.#lists.pop();
      if (this.#main?.to === undefined && this.#main?.depth === depth) this.#main.to = this.#writer.mark();
    }
  }

  #endPre(): void {
    const pre = this.#pre;
    this.#pre = undefined;
    // A carriage return ends a line as well, and what follows it would stand in no block of ours.
    const text = pre?.text.replaceAll(/\r\n?/g, "\n").replace(/^\n/, "").trimEnd() ?? "";
    if (pre === undefined || text === "") return;
    const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
    this.#into().verbatim([fence + pre.language, ...text.split("\n"), fence]);
  }

  #endTable(): void {
    const table = this.#table;
    this.#table = undefined;
    if (table === undefined) return;
    const rows = table.rows();
    if (rows.length > 0) this.#writer.verbatim(rows);
  }

  /** Where a link leads, if it is one that may be shown. */
  #linkTo(href: string): string | undefined {
    if (href === "" || href.startsWith("#")) return undefined;
    const url = webLink(href, this.#base);
    if (url !== undefined) return inertUrl(url.href).replaceAll("(", "%28").replaceAll(")", "%29");
    this.#removed.links += 1;
    return undefined;
  }
}

function withoutPart(url: string): string {
  return url.split("#", 1)[0] ?? "";
}

function isPart(name: string): name is "tr" | "td" | "th" {
  return name === "tr" || name === "td" || name === "th";
}

/** What is there to find one's way, and not to read. */
function isFurniture(name: string, { role }: Attributes): boolean {
  return name === "nav" || role === "navigation" || role === "search" || role === "menu" || role === "menubar";
}

/** Whole or not at all: a secret that is cut is not known again. */
function languageOf({ class: classes = "" }: Attributes): string {
  return /(?:^|\s)(?:language|lang|highlight-source)-([\w+#.-]{1,30})(?=\s|$)/.exec(classes)?.[1] ?? "";
}
