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
    found.push({ line, ...shown(whole, matcher), before: linesBefore(text, counted, contextLines), after: linesAfter(text, end, contextLines) });
    if (end + 1 >= text.length) break;
    at = matcher.next(text, end + 1);
  }
  return found;
}

function shown(line: string, matcher: TextMatcher): Pick<LineHit, "text" | "cutFrom"> {
  if (line.length <= widest) return { text: line };
  const from = Math.max(0, Math.min(matcher.place(line) - widest / 4, line.length - widest));
  return { text: stretch(line, from), cutFrom: line.length };
}

/** A stretch of a long line, with a mark at each side that something was left out on. */
function stretch(line: string, from: number): string {
  if (line.length <= widest) return line;
  const to = from + widest;
  return `${from > 0 ? "…" : ""}${line.slice(from, to).toWellFormed()}${to < line.length ? "…" : ""}`;
}

function linesBefore(text: string, start: number, count: number): string[] {
  const lines: string[] = [];
  for (let end = start - 1; end >= 0 && lines.length < count; ) {
    const begin = end === 0 ? 0 : text.lastIndexOf("\n", end - 1) + 1;
    lines.unshift(stretch(text.slice(begin, end), 0));
    end = begin - 1;
  }
  return lines;
}

function linesAfter(text: string, end: number, count: number): string[] {
  const lines: string[] = [];
  for (let begin = end + 1; begin < text.length && lines.length < count; ) {
    const stop = lineEnd(text, begin);
    lines.push(stretch(text.slice(begin, stop), 0));
    begin = stop + 1;
  }
  return lines;
}
