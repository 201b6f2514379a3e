import { TextLines } from "./text-lines.ts";

/** Pairs of equal lines that are looked at; more would only be spent on lines that are everywhere. */
const mostVotes = 200_000;

/** Characters of a file in which it is looked for what comes near. */
const mostText = 4 * 1024 * 1024;

/** Places of one line in the searched text that vote: a line that is everywhere tells nothing. */
const mostPlaces = 64;

/**
 * Where a text that was not found comes nearest to standing, in words and without a letter of the file: the caller may
 * write there and need not be allowed to read.
 */
export function nearestMatch(text: string, oldText: string): string {
  if (text.length > mostText) return "The file is too large to look for what comes nearest to it.";
  return nearestPlace(text, oldText) ?? "No line of it is in the file.";
}

function nearestPlace(text: string, oldText: string): string | undefined {
  const file = new TextLines(text);
  const sought = new TextLines(oldText).all().map((line) => line.trim());
  const best = bestPlace(file, sought);
  if (best === undefined) return nearestLine(file, sought);
  const { place, agreeing, cut } = best;
  const last = place + sought.length;
  const differing = sought.findIndex((line, index) => file.line(place + index).trim() !== line);
  const there = place + differing < 0 || place + differing >= file.count;
  const where = sought.length === 1 ? `line ${place + 1}` : `lines ${Math.max(1, place + 1)} to ${Math.min(last, file.count)}`;
  const first = there
    ? `line ${differing + 1} of oldText lies beyond the file`
    : `line ${differing + 1} of oldText differs from line ${place + differing + 1} of the file`;
  return `Nearest are ${where}, where ${cut ? "at least " : ""}${agreeing} of ${sought.length} lines agree; ${first}${there ? "" : columnOf(file.line(place + differing).trim(), sought[differing] ?? "")}.`;
}

interface Best {
  readonly place: number;
  readonly agreeing: number;
  /** Not all lines were looked at. */
  readonly cut: boolean;
}

/** The place where most lines agree. Lines vote for it, so that no pair of texts has to be compared as a whole. */
function bestPlace(file: TextLines, sought: readonly string[]): Best | undefined {
  const wanted = new Map<string, number[]>();
  for (const [index, line] of sought.entries()) {
    const places = wanted.get(line) ?? [];
    if (line !== "" && places.length < mostPlaces) places.push(index);
    wanted.set(line, places);
  }
  const votes = new Map<number, number>();
  let spent = 0;
  for (let line = 0; line < file.count && spent < mostVotes; line += 1) {
    for (const index of wanted.get(file.line(line).trim()) ?? []) {
      votes.set(line - index, (votes.get(line - index) ?? 0) + 1);
      spent += 1;
    }
  }
  let best: Best | undefined;
  for (const [place, agreeing] of votes) if (best === undefined || agreeing > best.agreeing) best = { place, agreeing, cut: spent >= mostVotes };
  return best;
}

/** No line agrees: one that does apart from letter case and white space, else the one that begins most alike. */
function nearestLine(file: TextLines, sought: readonly string[]): string | undefined {
  const first = sought.find((line) => line !== "");
  if (first === undefined) return undefined;
  const loose = looseForm(first);
  let best = { line: -1, shared: 7 };
  for (let line = 0; line < file.count; line += 1) {
    const there = file.line(line).trim();
    if (looseForm(there) === loose) return `Nearest is line ${line + 1}, which differs${columnOf(there, first)}.`;
    const shared = sharedStart(there, first);
    if (shared > best.shared) best = { line, shared };
  }
  return best.line < 0 ? undefined : `Nearest is line ${best.line + 1}, which begins alike${columnOf(file.line(best.line).trim(), first)}.`;
}

function looseForm(line: string): string {
  return line.replaceAll(/\s+/g, "").toLowerCase();
}

function columnOf(there: string, sought: string): string {
  const shared = sharedStart(there, sought);
  if (there.toLowerCase() === sought.toLowerCase()) return `, in letter case from column ${shared + 1} on`;
  if (there.replaceAll(/\s+/g, "") === sought.replaceAll(/\s+/g, "")) return `, in white space from column ${shared + 1} on`;
  return `, from column ${shared + 1} on`;
}

function sharedStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
