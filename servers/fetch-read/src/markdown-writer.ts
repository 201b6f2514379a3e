import { AddressWord } from "./address-word.ts";
import { withoutInvisible } from "@postern/policy";
import { escaped, inlineEscaped, isGap, isPlain, isSeen, longestRun, type Place } from "./markdown-escape.ts";

interface Container {
  /** What stands before its first line, until that is written; then what stands before all others. */
  first: string | undefined;
  readonly rest: string;
}

/** A text within code, which is written as it is as long as marks may come around it. */
interface Unmarked {
  readonly at: number;
  readonly piece: string;
  readonly place: Place;
}

interface Span {
  readonly mark: string;
  /** Index of its opening mark, once it holds any text. */
  at: number | undefined;
  /** It begins in a word that holds an address. */
  address: boolean;
}

/** Writes Markdown piece by piece: breaks and spaces are put off until text comes, so that none stand where nothing follows. */
export class MarkdownWriter {
  readonly #out: string[] = [];
  readonly #containers: Container[] = [];
  readonly #spans: Span[] = [];
  #breaks = 0;
  #space = false;
  #empty = true;
  #length = 0;
  /** Open `code` elements: their text is written as it is, between the marks of the outermost. */
  #code = 0;
  /** Texts of code whose closing mark is not written yet. */
  readonly #unmarked: Unmarked[] = [];
  /** The last line takes nothing more: it may be the end of a fence. */
  #sealed = false;
  /** All that the line holds so far is a number, which a dot behind it would make a list. */
  #number = false;
  /** The line holds something to see. */
  #holds = false;
  readonly #address = new AddressWord();
  /** Links that are open and lead somewhere. */
  #links = 0;
  /** Piece that began the last line. */
  #line = 0;
  readonly #most: number;

  /** Takes so many characters and lets the rest fall: what stands before each line may be longer than all that a page says. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Characters so far. */
  get length(): number {
    return this.#length;
  }

  /** What comes next is code, and marks may come around it. */
  get inCode(): boolean {
    return this.#code > 0;
  }

  get full(): boolean {
    return this.#length > this.#most;
  }

  /** Place of what comes next, for `from`. */
  mark(): number {
    return this.#out.length;
  }

  /** At least so many line feeds before what comes next; two make a blank line. */
  break(lines: 1 | 2): void {
    this.#breaks = Math.max(this.#breaks, lines);
    this.#space = false;
  }

  enter(first: string, rest: string): void {
    this.break(1);
    this.#containers.push({ first, rest });
  }

  /** An item without any text is left as its mark alone. */
  leave(): void {
    const container = this.#containers.at(-1);
    if (container?.first?.trim() === "-") container.first = undefined;
    this.#containers.pop();
    this.break(1);
  }

  /** Text of a document: runs of white space are one space. */
  text(value: string): void {
    const [, before = "", first = "", rest = ""] = /^([ \t\n\f\r]*)([^ \t\n\f\r]*)([^]*)$/.exec(value) ?? [];
    if (before !== "") this.#gap();
    if (first === "" || this.full) return;
    this.#word(first, rest !== "");
    if (rest === "" || this.full) return;
    if (this.#code > 0 || !this.#holds || rest.length > longestAtOnce) {
      const pieces = rest.split(/([ \t\n\f\r]+)/);
      for (const [at, piece] of pieces.entries()) {
        if (this.full) return;
        if (isGap(piece)) this.#gap();
        else if (piece !== "") this.#word(piece, at < pieces.length - 1);
      }
      return;
    }
    // Behind its first word that is seen a text begins no line, so the others are written in one piece.
    const words = rest.replaceAll(/[ \t\n\f\r]+/g, " ");
    const apart = words.endsWith(" ");
    const inner = apart ? words.slice(0, -1) : words;
    if (inner !== "") {
      this.#number = false;
      this.#address.begin();
      this.#push(inlineEscaped(inner, apart, this.#links > 0));
      if (!apart) this.#address.follow(inner.slice(inner.lastIndexOf(" ") + 1));
      this.#holds ||= isSeen(inner);
    }
    if (apart) this.#gap();
  }

  #gap(): void {
    if (!this.#empty && this.#breaks === 0) this.#space = true;
  }

  #word(piece: string, apart: boolean): void {
    const starts = this.#empty || this.#breaks > 0 || !this.#holds;
    const joins = !starts && !this.#space && this.#number;
    this.#number = (starts || joins) && /^\d{0,9}$/.test(isPlain(piece) ? piece : withoutInvisible(piece).text);
    this.#begin();
    const place = { starts, joins, apart, address: this.#address.follow(piece), linked: this.#links > 0 };
    if (this.#code > 0) this.#unmarked.push({ at: this.#out.length, piece, place });
    this.#push(this.#code > 0 ? piece : escaped(piece, place));
    this.#holds ||= isSeen(piece);
  }

  /** Marks around what comes until `close`; none where nothing comes, or more than one block, and none of code in a link's text. */
  open(mark: string): void {
    const code = mark === "`";
    this.#spans.push({ mark: code && this.#links > 0 ? "" : mark, at: undefined, address: false });
    if (code && this.#links === 0) this.#code += 1;
  }

  close(): void {
    const span = this.#spans.at(-1);
    if (span === undefined || span.mark === "[") return;
    this.#spans.pop();
    if (span.mark === "`") this.#closeCode(span);
    else if (span.at !== undefined && this.#line <= span.at) {
      this.#out[span.at] = span.mark;
      this.#push(span.mark);
    }
  }

  #closeCode({ at, address }: Span): void {
    this.#code -= 1;
    if (this.#code > 0) return;
    if (at === undefined || this.#line > at || this.full) {
      this.#escapeUnmarked();
      return;
    }
    const inside = withoutInvisible(this.#out.slice(at + 1).join("")).text;
    const mark = "`".repeat(1 + longestRun(inside));
    const pad = /^`|`$/.test(inside) ? " " : "";
    this.#out[at] = (address || this.#endsInMark(at) ? " " : "") + mark + pad;
    this.#push(pad + mark);
    this.#unmarked.length = 0;
  }

  /** Code without marks around it is text like any other. */
  #escapeUnmarked(): void {
    for (const { at, piece, place } of this.#unmarked) if (at < this.#out.length) this.#out[at] = escaped(piece, place).replaceAll("!", "\\!");
    this.#unmarked.length = 0;
  }

  /** Two marks of code with nothing to see between them would be one that is longer. */
  #endsInMark(end: number): boolean {
    for (let at = end - 1; at >= 0; at -= 1) {
      const seen = withoutInvisible(this.#out[at] ?? "").text;
      if (seen !== "") return /^ ?`+$/.test(seen);
    }
    return false;
  }

  /** As `open`, for a link that leads to `url`, if anywhere; ends with `closeLink`. */
  openLink(url: string | undefined): void {
    this.#spans.push({ mark: "[", at: undefined, address: false });
    if (url !== undefined) this.#links += 1;
  }

  /** With the same `url`. */
  closeLink(url: string | undefined): void {
    const span = this.#spans.at(-1);
    if (span?.mark !== "[") return;
    this.#spans.pop();
    if (url !== undefined) this.#links -= 1;
    if (span.at === undefined || url === undefined) return;
    if (this.#line > span.at) {
      if (this.#sealed) this.#begin(false);
      this.#push(this.#sealed ? `(${url})` : ` (${url})`);
      this.#sealed = false;
      this.#address.holds = true;
      return;
    }
    this.#out[span.at] = "[";
    this.#tameBang(span.at, span.address);
    this.#push(`](${url})`);
    // Of a page that begins in the link only its address is left.
    this.#address.holds = true;
  }

  /** Lines that are taken as they are, as a block of their own. */
  verbatim(lines: readonly string[]): void {
    this.break(2);
    // Behind these a fence is text, and what it holds is read as marks.
    for (const container of this.#containers) if (/^[:#]/.test(container.first ?? "")) container.first = undefined;
    for (const [at, line] of lines.entries()) {
      if (this.full) return;
      if (at > 0) this.#breaks = 1;
      this.#begin(false);
      this.#push(line);
    }
    this.break(2);
    this.#sealed = true;
  }

  /** What was written, or the part of it from one mark to another. */
  from(start = 0, end = this.#out.length): string {
    this.#escapeUnmarked();
    return this.#out.slice(start, end).join("").replace(/^\n+/, "").trimEnd();
  }

  /** An exclamation mark right before a link would make it a picture, which a client loads; what nobody sees between them is taken out later. */
  #tameBang(link: number, address: boolean): void {
    for (let at = link - 1; at >= 0; at -= 1) {
      const piece = this.#out[at] ?? "";
      const seen = withoutInvisible(piece).text;
      if (seen === "") continue;
      if (/(?<!\\)(?:\\\\)*!$/.test(seen)) {
        const bang = piece.lastIndexOf("!");
        this.#out[at] = piece.slice(0, bang) + (address ? "&#33;" : "\\!") + piece.slice(bang + 1);
      }
      return;
    }
  }

  #begin(spans = true): void {
    if (this.#empty || this.#breaks > 0 || this.#space) {
      this.#address.begin();
    }
    if (this.#empty) this.#push(this.#prefix(true));
    else {
      if (this.#breaks > 0) {
        this.#line = this.#out.length;
        this.#holds = false;
      }
      for (; this.#breaks > 0; this.#breaks -= 1) this.#push(`\n${this.#breaks === 1 ? this.#prefix(true) : this.#prefix(false).trimEnd()}`);
      if (this.#space) this.#push(" ");
    }
    this.#empty = false;
    this.#breaks = 0;
    this.#space = false;
    if (!spans) return;
    this.#sealed = false;
    for (const span of this.#spans) {
      if (span.at !== undefined) continue;
      span.at = this.#out.length;
      span.address = this.#address.holds;
      this.#out.push("");
    }
  }

  #prefix(begins: boolean): string {
    let prefix = "";
    for (const container of this.#containers) {
      if (begins && container.first !== undefined) {
        prefix += container.first;
        container.first = undefined;
      } else prefix += container.first === undefined || !begins ? container.rest : container.first;
    }
    return prefix;
  }

  #push(piece: string): void {
    if (piece === "" || this.full) return;
    this.#out.push(piece);
    this.#length += piece.length;
  }
}

/** Characters of a text that are looked at in one piece: the limit of the whole is kept to about as many. */
const longestAtOnce = 65_536;
