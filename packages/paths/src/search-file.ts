import { isUtf8 } from "node:buffer";
import { fstatSync, readSync } from "node:fs";
import { decodeText } from "./decode-text.ts";
import { close, type Handle, mountId, openEntryForReading, stat } from "./handle.ts";
import type { EntryName } from "./name.ts";
import type { EntryRules } from "./rules.ts";
import { lineEnd, type TextMatcher } from "./text-pattern.ts";

export interface LineHit {
  /** From 1. */
  readonly line: number;
  /** The line, or the stretch of it around the match when it is very long. */
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Characters of the whole line; only when `text` is a stretch of it. */
  readonly cutFrom?: number;
  /** One for each line of this hit, context too, of which only a stretch is shown. */
  readonly cuts?: readonly LineCut[];
}

/** What was left out around the stretch of a long line that is shown: for a redactor, never for an answer. */
export interface LineCut {
  readonly line: number;
  /** The stretch itself within the shown text, without the marks on its sides. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

export type FileOutcome = readonly LineHit[] | "binary" | "tooLarge" | "unreadable" | "withheld" | "other";

export interface FileSearch {
  readonly matcher: TextMatcher;
  readonly rules: EntryRules;
  readonly contextLines: number;
  readonly maxBytes: number;
  /** Hits after which the rest of a file is left. */
  readonly mostHits: number;
  /** Called before work on a file that may take a while. */
  beforeLarge(): void;
  /** The mount that files must lie on; undefined: nothing is mounted below, or any mount will do. */
  readonly mount: string | undefined;
}

/** Characters of a line that an answer carries. */
const widest = 500;
/** Characters that are given along around it. Most tokens are shorter; longer ones and keys are known by their runs of base64. */
const given = { before: 4_096, after: 1_024 };
/** Bytes at the start in which a NUL tells a binary file. */
const sniffed = 8_192;

/** Kept from file to file; what is larger than it gets a buffer of its own, so that one large file does not stay in memory. */
const kept = Buffer.allocUnsafeSlow(1024 * 1024);

/**
 * Searches one file. Guarantees that the file is opened below the held directory without following a link, without
 * waiting on a FIFO, and that no byte is read of what is not a regular file or what the rules keep back by identity.
 */
export function searchFile(directory: Handle, name: EntryName, canonical: string, search: FileSearch): FileOutcome {
  let file: Handle;
  try {
    file = openEntryForReading(directory, name);
  } catch {
    return "unreadable";
  }
  try {
    return searchOpen(file, canonical, search);
  } catch {
    return "unreadable";
  } finally {
    close(file);
  }
}

/** Searches a file that the caller holds open for reading, from its start; the caller closes it. */
export function searchHeld(file: Handle, canonical: string, search: FileSearch): FileOutcome {
  try {
    return searchOpen(file, canonical, search);
  } catch {
    return "unreadable";
  }
}

function searchOpen(file: Handle, canonical: string, search: FileSearch): FileOutcome {
  const found = fstatSync(file);
  if (!found.isFile()) return "other";
  if (needsIdentity(search.rules, found) && search.rules.fileDecision(canonical, stat(file)) !== "give") return "withheld";
  if (search.mount !== undefined && mountId(file) !== search.mount) return "withheld";
  if (found.size > search.maxBytes) return "tooLarge";
  if (found.size > kept.length) search.beforeLarge();
  return searchBytes(read(file, found.size), search);
}

/** The exact comparison costs a second `fstat` with 64-bit numbers; most files cannot need it. */
function needsIdentity(rules: EntryRules, found: { readonly nlink: number; readonly ino: number }): boolean {
  return found.nlink > 1 || rules.source.ownIdentities.some((own) => own.endsWith(`:${found.ino}`));
}

function read(file: Handle, size: number): Buffer {
  const buffer = size > kept.length ? Buffer.allocUnsafeSlow(size) : kept;
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, buffer, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

function searchBytes(bytes: Buffer, search: FileSearch): readonly LineHit[] | "binary" {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!wide && bytes.subarray(0, sniffed).includes(0)) return "binary";
  const { needle, ascii } = search.matcher;
  if (needle !== undefined && !wide && !bytes.includes(needle) && (ascii || isUtf8(bytes))) return [];
  const text = plainLines(wide || !isUtf8(bytes) ? decodeText(bytes).text : bytes.toString("utf8"));
  return search.matcher.maybe(text) ? hits(text, search) : [];
}

/** Without a byte order mark, every line ended by a line feed alone. */
function plainLines(text: string): string {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return bare.includes("\r\n") ? bare.replaceAll("\r\n", "\n") : bare;
}

function hits(text: string, { matcher, contextLines, mostHits }: FileSearch): LineHit[] {
  const found: LineHit[] = [];
  let line = 1;
  let counted = 0;
  for (let at = matcher.next(text, 0); at >= 0 && found.length < mostHits; ) {
    for (let feed = text.indexOf("\n", counted); feed >= 0 && feed < at; feed = text.indexOf("\n", counted)) {
      line += 1;
      counted = feed + 1;
    }
    const end = lineEnd(text, at);
    const whole = text.slice(counted, end);
    const shown = stretch(whole, line, whole.length <= widest ? 0 : matcher.place(whole) - widest / 4);
    const before = linesBefore(text, counted, line, contextLines);
    const after = linesAfter(text, end, line, contextLines);
    const cuts = [...before, shown, ...after].flatMap(({ cut }) => cut ?? []);
    found.push({
      line,
      text: shown.text,
      before: before.map((each) => each.text),
      after: after.map((each) => each.text),
      ...(shown.cut && { cutFrom: whole.length }),
      ...(cuts.length > 0 && { cuts }),
    });
    if (end + 1 >= text.length) break;
    at = matcher.next(text, end + 1);
  }
  return found;
}

interface Stretch {
  readonly text: string;
  readonly cut?: LineCut;
}

/** A line, or a stretch of it where it is long, with a mark at each side that something was left out on. */
function stretch(whole: string, line: number, place: number): Stretch {
  if (whole.length <= widest) return { text: whole };
  const from = Math.max(0, Math.min(place, whole.length - widest));
  const to = from + widest;
  const start = from > 0 ? 1 : 0;
  const text = `${start === 1 ? "…" : ""}${whole.slice(from, to).toWellFormed()}${to < whole.length ? "…" : ""}`;
  const before = whole.slice(Math.max(0, from - given.before), from);
  return { text, cut: { line, start, end: start + widest, before, after: whole.slice(to, to + given.after) } };
}

function linesBefore(text: string, start: number, line: number, count: number): Stretch[] {
  const lines: Stretch[] = [];
  for (let end = start - 1; end >= 0 && lines.length < count; ) {
    const begin = end === 0 ? 0 : text.lastIndexOf("\n", end - 1) + 1;
    lines.unshift(stretch(text.slice(begin, end), line - lines.length - 1, 0));
    end = begin - 1;
  }
  return lines;
}

function linesAfter(text: string, end: number, line: number, count: number): Stretch[] {
  const lines: Stretch[] = [];
  for (let begin = end + 1; begin < text.length && lines.length < count; ) {
    const stop = lineEnd(text, begin);
    lines.push(stretch(text.slice(begin, stop), line + lines.length + 1, 0));
    begin = stop + 1;
  }
  return lines;
}
