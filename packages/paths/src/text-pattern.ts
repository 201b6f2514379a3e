import type { RE2JS } from "re2js";
import { re2 } from "./re2.ts";

export interface TextQuery {
  readonly pattern: string;
  /** The pattern is the text itself; otherwise a regular expression in RE2's syntax. */
  readonly literal: boolean;
  readonly ignoreCase: boolean;
}

/** Finds the lines of a text that match. Positions are those of the string. */
export interface TextMatcher {
  /** Bytes that every match holds in a UTF-8 text; undefined: there are none to look for. */
  readonly needle: Buffer | undefined;
  /** The needle is the same in every encoding that extends ASCII. */
  readonly ascii: boolean;
  /** May be true of a text in which no line matches, never false of one in which one does. */
  maybe(text: string): boolean;
  /** The first position at or after `from`, where a line begins, that lies in a matching line; -1: there is none. */
  next(text: string, from: number): number;
  /** Where the match begins in a line that matches; 0 when that would cost more than it tells. */
  place(line: string): number;
}

const longest = 1_000;
/** Characters of a line beyond which the place of a match is not looked for. */
const placeable = 65_536;
/** Lines between two questions to `stopped`. */
const linesPerLook = 512;

/**
 * Why a caller's text pattern cannot be used, as a clause for a message; undefined: it can. A regular expression is
 * matched line by line in time linear in the line (RE2): no look-around and no back-references.
 */
export function checkTextPattern(query: TextQuery): string | undefined {
  const { pattern } = query;
  if (pattern === "") return "the pattern is empty";
  if (pattern.length > longest) return `the pattern is longer than ${longest} characters`;
  if (!pattern.isWellFormed()) return "the pattern is not well-formed text";
  if (query.literal) return /[\n\r]/.test(pattern) ? "lines are searched one by one, so the pattern can hold no line break" : undefined;
  try {
    compileRegex(query);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    return `the pattern is no regular expression in RE2 syntax (${reason.slice(0, 120)})`;
  }
}

/** Compiles a pattern that passed `checkTextPattern`. `stopped` is asked now and then in long texts; true ends the search. */
export function compileTextPattern(query: TextQuery, stopped: () => boolean): TextMatcher {
  if (!query.literal) return regexMatcher(query, stopped);
  return query.ignoreCase ? foldedMatcher(query.pattern) : literalMatcher(query.pattern);
}

function literalMatcher(pattern: string): TextMatcher {
  return {
    needle: Buffer.from(pattern),
    ascii: /^[\x00-\x7f]*$/.test(pattern),
    maybe: (text) => text.includes(pattern),
    next: (text, from) => text.indexOf(pattern, from),
    place: (line) => Math.max(0, line.indexOf(pattern)),
  };
}

/** Unicode simple case folding, as the regular expressions of the language define it; an escaped literal cannot backtrack. */
function foldedMatcher(pattern: string): TextMatcher {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const search = new RegExp(source, "giu");
  const next = (text: string, from: number): number => {
    search.lastIndex = from;
    return search.exec(text)?.index ?? -1;
  };
  return { needle: undefined, ascii: false, maybe: (text) => next(text, 0) >= 0, next, place: (line) => Math.max(0, next(line, 0)) };
}

function regexMatcher(query: TextQuery, stopped: () => boolean): TextMatcher {
  const regex = compileRegex(query);
  // These mean another place in a line than in a whole text, so the whole text cannot rule a file out.
  const perLine = /\\[AzZ]|\(\?[a-zA-Z]*-/.test(query.pattern);
  return {
    needle: undefined,
    ascii: false,
    maybe: (text) => perLine || regex.test(text),
    next(text, from) {
      let lines = 0;
      // What follows a line break at the very end is no line.
      for (let at = from; at < text.length; ) {
        const end = lineEnd(text, at);
        if (regex.test(text.slice(at, end))) return at;
        at = end + 1;
        lines += 1;
        if (lines % linesPerLook === 0 && stopped()) return -1;
      }
      return -1;
    },
    place(line) {
      if (line.length > placeable) return 0;
      const matcher = regex.matcher(line);
      return matcher.find() ? matcher.start() : 0;
    },
  };
}

function compileRegex(query: TextQuery): RE2JS {
  return re2().compile(query.pattern, re2().MULTILINE | (query.ignoreCase ? re2().CASE_INSENSITIVE : 0));
}

export function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
