/** What a text was cut from, for secrets that the cut went through. None of it reaches the answer. */
export interface Surroundings {
  /** The end of what stood before the text. */
  readonly before?: string;
  /** The start of what stood after it. */
  readonly after?: string;
  /**
   * The text is put together from lines whose neighbors it does not show (search hits): a line of nothing but base64 is
   * masked, as it may come from the middle of a private key. Matches what precedes the line itself: a line number.
   */
  readonly linePrefix?: RegExp;
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
