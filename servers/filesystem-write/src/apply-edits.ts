import { setImmediate } from "node:timers/promises";
import { Failure } from "@postern/policy";
import { normalize, toLineFeeds, type Normalized } from "./line-ends.ts";
import { type EditMatch, matchEdit } from "./match-edit.ts";
import { nearestMatch } from "./nearest-match.ts";
import { TextLines } from "./text-lines.ts";

export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  readonly replaceAll?: boolean | undefined;
  readonly expectedReplacements?: number | undefined;
}

/** Places that are named in a refusal. */
const shownPlaces = 10;

/**
 * Applies edits one after the other, each to what the one before it left. Guarantees that every edit applies exactly
 * where its caller must have meant it: at its only place, or at all of as many as were asked for. What is not replaced
 * keeps its line ends. Throws `fs.no_match` and `fs.ambiguous_match`, naming lines and no content.
 */
export async function applyEdits(text: string, edits: readonly Edit[], signal: AbortSignal): Promise<string> {
  let result = text;
  for (const [index, edit] of edits.entries()) {
    const normalized = normalize(result);
    const matches = matchEdit(normalized.text, toLineFeeds(edit.oldText), toLineFeeds(edit.newText));
    requireMeant(matches, edit, { normalized, name: edits.length === 1 ? "oldText" : `oldText of edit ${index + 1}` });
    result = replaced(result, normalized, matches);
    await setImmediate();
    signal.throwIfAborted();
  }
  return result;
}

function requireMeant(matches: readonly EditMatch[], edit: Edit, { normalized, name }: { readonly normalized: Normalized; readonly name: string }): void {
  if (matches.length === 0) {
    const nearest = nearestMatch(normalized.text, toLineFeeds(edit.oldText)) ?? "No line of it is in the file.";
    throw new Failure("fs.no_match", `${name} was not found, so nothing was changed. ${nearest}`);
  }
  if (edit.expectedReplacements === undefined ? matches.length === 1 || edit.replaceAll === true : matches.length === edit.expectedReplacements) return;
  const lines = new TextLines(normalized.text);
  const places = matches.slice(0, shownPlaces).map(({ start }) => lines.numberAt(start));
  const at = `${places.length === 1 ? "line" : "lines"} ${places.join(", ")}${matches.length > places.length ? " and more" : ""}`;
  const times = matches.length === 1 ? "once" : `${matches.length} times`;
  const wanted =
    edit.expectedReplacements === undefined
      ? `Add lines around it until there is one place, or set replaceAll or expectedReplacements: ${matches.length}.`
      : `${edit.expectedReplacements} expected.`;
  throw new Failure("fs.ambiguous_match", `${name} was found ${times}, at ${at}, so nothing was changed. ${wanted}`);
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
