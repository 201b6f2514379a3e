/** What a text was cut from, for secrets that the cut went through. None of it reaches the answer. */
export interface Surroundings extends Neighborhood {
  /**
   * The text is put together from lines whose neighbors it does not show (search hits): a line of nothing but base64 is
   * masked, as it may come from the middle of a private key. Matches what precedes the line itself: a line number.
   */
  readonly linePrefix?: RegExp;
  /** The text is Markdown: masks leave the marks of its code and the beginnings of its lines. */
  readonly markdown?: true;
  /** The text is for a human who decides about a call, and shows what stands at its target: that alone is masked. */
  readonly asked?: true;
  /** Stretches with surroundings of their own, in the order of the text. What lies between them was cut from nothing. */
  readonly excerpts?: readonly Excerpt[];
  /** Texts that stretches of this one were copied from: what is masked in a whole is masked in each copy of it. */
  readonly wholes?: { readonly texts: readonly string[]; readonly copies: readonly Copied[]; readonly kept?: readonly Kept[] };
}

/** A stretch of the second whole that stands there as it stood in the first one, wherever that was. In the order of both. */
export interface Kept {
  /** Position in the first whole. */
  readonly from: number;
  /** Position in the second one. */
  readonly to: number;
  readonly length: number;
}

/** A stretch of a text that was copied from a whole, in the order of the text. */
export interface Copied {
  readonly start: number;
  /** The position after its last character. */
  readonly end: number;
  /** Which of the wholes, and where in it the stretch begins. */
  readonly whole: number;
  readonly at: number;
}

interface Neighborhood {
  /** The end of what stood before the text. */
  readonly before?: string;
  /** The start of what stood after it. */
  readonly after?: string;
  /**
   * The text is a small part of one long line: a long run of base64 is masked, as it may come from a private key or a
   * token whose beginning is farther away than `before` reaches.
   */
  readonly partOfLine?: true;
}

export interface Excerpt extends Neighborhood {
  readonly start: number;
  /** The position after its last character. */
  readonly end: number;
}

/** A text that was cut out of another one, to be put into an answer. */
export interface Quoted extends Neighborhood {
  readonly text: string;
}

const known = new WeakMap<object, Surroundings>();

/**
 * Tells the redactor what a content block was cut from. Kept beside the block and not on it: whatever serializes the
 * block cannot give the surroundings away.
 */
export function withSurroundings<Block extends object>(block: Block, surroundings: Surroundings): Block {
  known.set(block, surroundings);
  return block;
}

export function surroundingsOf(block: object): Surroundings | undefined {
  return known.get(block);
}

/**
 * One text block of parts. The redactor sees each quoted part between what really stood around it, and not between its
 * neighbors in the answer: a note behind a page must not stand where the rest of a token belongs.
 */
export function quoting(parts: readonly (string | Quoted)[], linePrefix?: RegExp): { readonly type: "text"; readonly text: string } {
  const excerpts: Excerpt[] = [];
  let length = 0;
  for (const part of parts) {
    if (typeof part === "string") length += part.length;
    else {
      const { text, ...neighborhood } = part;
      excerpts.push({ ...neighborhood, start: length, end: length + text.length });
      length += text.length;
    }
  }
  const block = { type: "text" as const, text: parts.map((part) => (typeof part === "string" ? part : part.text)).join("") };
  if (excerpts.length === 0 && linePrefix === undefined) return block;
  return withSurroundings(block, { ...(excerpts.length > 0 && { excerpts }), ...(linePrefix && { linePrefix }) });
}

/** A part of a text block: written for it, or lines of a whole as they stand there. */
export type Part = string | { readonly whole: number; readonly at: number; readonly length: number };

/**
 * One text block that is put together from lines of whole texts and what is written between them, such as a diff. The
 * redactor looks at the wholes, so no cut and no order of lines can hide a secret from it. With `kept`, what is a secret
 * in the first whole stays one in the second: an edit cannot take the name or the mark away by which it is known.
 */
export function copying(texts: readonly string[], parts: readonly Part[], kept?: readonly Kept[]): { readonly type: "text"; readonly text: string } {
  const copies: Copied[] = [];
  const pieces: string[] = [];
  let length = 0;
  for (const part of parts) {
    const piece = typeof part === "string" ? part : (texts[part.whole] ?? "").slice(part.at, part.at + part.length);
    if (typeof part !== "string") copies.push({ start: length, end: length + piece.length, whole: part.whole, at: part.at });
    pieces.push(piece);
    length += piece.length;
  }
  return withSurroundings({ type: "text", text: pieces.join("") }, { wholes: { texts, copies, ...(kept && { kept }) } });
}
