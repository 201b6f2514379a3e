import { setImmediate } from "node:timers/promises";
import { Failure } from "@postern/policy";
import type { Kept } from "@postern/runtime";
import { keptAfter } from "./kept-stretches.ts";
import { normalize, toLineFeeds, type Normalized } from "./line-ends.ts";
import { type EditMatch, type EditMatches, matchEdit } from "./match-edit.ts";
import { nearestMatch } from "./nearest-match.ts";
import { TextLines } from "./text-lines.ts";

export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  readonly replaceAll?: boolean | undefined;
  readonly expectedReplacements?: number | undefined;
}

export interface Applied {
  readonly text: string;
  /** What of the first text stands in this one; positions count in the texts with line feeds only. */
  readonly kept: readonly Kept[];
}

/** Bytes of a file, and characters on the way to its new content: more is no text that anybody edits by quoting it. */
export const largestEdited = 16 * 1024 * 1024;
/** Milliseconds of work between two turns of the event loop: other calls wait no longer than about this and one step of an edit. */
const sliceMs = 5;
/** Places that are named in a refusal. */
const shownPlaces = 10;

/**
 * Applies edits one after the other, each to what the one before it left. Guarantees that every edit applies exactly
 * where its caller must have meant it: at its only place, or at all of as many as were asked for. What is not replaced
 * keeps its line ends. Throws `fs.no_match` and `fs.ambiguous_match`, naming lines and no content, and `fs.too_large`.
 */
export async function applyEdits(text: string, edits: readonly Edit[], signal: AbortSignal): Promise<Applied> {
  let pauseAt = performance.now() + sliceMs;
  const turn = async (): Promise<void> => {
    if (performance.now() < pauseAt) return;
    await setImmediate();
    signal.throwIfAborted();
    pauseAt = performance.now() + sliceMs;
  };
  let result = text;
  let normalized = normalize(text);
  let kept: readonly Kept[] = [{ from: 0, to: 0, length: normalized.text.length }];
  for (const [index, edit] of edits.entries()) {
    const name = edits.length === 1 ? "oldText" : `oldText of edit ${index + 1}`;
    const found = await matchEdit(normalized.text, toLineFeeds(edit.oldText), toLineFeeds(edit.newText));
    requireMeant(found, edit, normalized, name);
    const length = lengthAfter(found, normalized);
    kept = keptAfter(kept, found.matches);
    await turn();
    result = replaced(result, normalized, found.matches);
    await turn();
    normalized = normalize(result);
    // Where a carriage return comes to stand before a line feed, a line end was made that neither side wrote.
    if (normalized.text.length !== length)
      throw new Failure("fs.encoding", "A carriage return would come to stand before a line feed and become part of a line end; nothing was changed.");
    await turn();
  }
  return { text: result, kept };
}

function requireMeant(found: EditMatches, edit: Edit, normalized: Normalized, name: string): void {
  const { matches, overlapping, cut, tolerant } = found;
  if (matches.length === 0 && !cut) {
    throw new Failure("fs.no_match", `${name} was not found, so nothing was changed. ${nearestMatch(normalized.text, toLineFeeds(edit.oldText))}`);
  }
  if (!isMeant(found, edit)) {
    const lines = new TextLines(normalized.text);
    const places = matches.slice(0, shownPlaces).map(({ place }) => lines.numberAt(place));
    const at = `${places.length === 1 ? "line" : "lines"} ${places.join(", ")}${cut || matches.length > places.length ? " and more" : ""}`;
    const times = matches.length === 1 ? (overlapping ? "at places that overlap" : "once") : `${cut ? "at least " : ""}${matches.length} times`;
    throw new Failure("fs.ambiguous_match", `${name} was found ${times}, at ${at}, so nothing was changed. ${wanted(found, edit)}`);
  }
  const unchanged = tolerant && !cut && matches.every(({ start, end, replacement }) => start === end && replacement === "");
  if (unchanged && edit.oldText !== edit.newText)
    throw new Failure(
      "fs.no_match",
      `${name} stands in the file only with other white space, and nothing but white space would differ, so nothing was changed. To change white space, give the lines exactly as they stand.`,
    );
}

function isMeant({ matches, overlapping, cut }: EditMatches, { expectedReplacements, replaceAll }: Edit): boolean {
  if (cut && matches.length === 0) return true;
  if (expectedReplacements !== undefined) return cut || matches.length === expectedReplacements;
  return replaceAll === true || (matches.length === 1 && !overlapping && !cut);
}

function wanted({ matches }: EditMatches, { expectedReplacements }: Edit): string {
  return expectedReplacements === undefined
    ? `Add lines around it until there is one place, or set replaceAll or expectedReplacements: ${matches.length}.`
    : `${expectedReplacements} expected.`;
}

/** Known before any of it is put together: a short call can ask for gigabytes. */
function lengthAfter({ matches, cut }: EditMatches, { text }: Normalized): number {
  const length = matches.reduce((sum, { start, end, replacement }) => sum + replacement.length - (end - start), text.length);
  if (!cut && length <= largestEdited) return length;
  throw new Failure(
    "fs.too_large",
    "The edits would make more text than the 16 MiB, or replace more than the 100,000 places, of one call; nothing was changed.",
  );
}

function replaced(text: string, normalized: Normalized, matches: readonly EditMatch[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, replacement } of matches) {
    const lineEnd = normalized.endNear(start);
    parts.push(text.slice(from, normalized.stored(start)), lineEnd === "\n" ? replacement : replacement.replaceAll("\n", lineEnd));
    from = normalized.stored(end);
  }
  parts.push(text.slice(from));
  return parts.join("");
}
