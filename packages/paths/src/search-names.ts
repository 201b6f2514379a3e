import type { PathAuthority } from "./authority.ts";
import { compilePatterns } from "./name-pattern.ts";
import { fileFailure } from "./os-failure.ts";
import { TimeSlice } from "./time-slice.ts";
import { ignoreChain, inheritedIgnores } from "./ignore-file.ts";
import { TreeWalk } from "./tree-walk.ts";
import { stopIfAborted, type Truncation } from "./walk.ts";
import { OwnStart } from "./own-start.ts";

export interface NameQuery {
  /** Matched against paths relative to the directory; see `checkPattern`. */
  readonly pattern: string;
  readonly excludePatterns: readonly string[];
  readonly limit: number;
  readonly respectGitignore: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; what was found by then is the answer. */
  readonly deadline?: number;
  readonly maxEntries?: number;
  /** What the matches may take together; 16 MiB unless told. */
  readonly maxBytes?: number;
  /** What one match takes of `maxBytes`; its UTF-8 bytes unless told. */
  bytesOf?(path: string): number;
  onProgress?(visited: number): void;
}

export interface NameMatches {
  /** Absolute canonical paths, in the order of the walk. */
  readonly matches: readonly string[];
  readonly truncated?: Truncation;
  /** Entries that the card's rules keep back. */
  readonly withheld: number;
  /** Directories that could not be read. */
  readonly unreadable: number;
  readonly visited: number;
}

const defaultBytes = 16 * 1024 * 1024;

/**
 * Finds files and directories by name, as the official `search_files`: a match is given and still entered, what an
 * exclusion matches is neither. Guarantees those of `walk`, and that what it keeps is bounded in bytes, not in number alone. Patterns must have passed `checkPattern`.
 */
export async function searchNames(directory: PathAuthority, query: NameQuery): Promise<NameMatches> {
  const wanted = compilePatterns([query.pattern], "path");
  const excluded = compilePatterns(query.excludePatterns, "path");
  const matches: string[] = [];
  const bytesOf = query.bytesOf ?? Buffer.byteLength;
  let room = query.maxBytes ?? defaultBytes;
  const slice = new TimeSlice();
  using start = new OwnStart(directory);
  const prefix = start.canonical === "/" ? "/" : `${start.canonical}/`;
  using tree = begin();
  stopIfAborted(query.signal);
  const found = (truncated: Truncation | undefined): NameMatches => ({
    matches,
    ...(truncated && { truncated }),
    withheld: tree.withheld,
    unreadable: tree.unreadable,
    visited: tree.visited,
  });
  for (;;) {
    if (slice.over) {
      if (query.deadline !== undefined && Date.now() >= query.deadline) return found("deadline");
      query.onProgress?.(tree.visited);
      await slice.pause();
      stopIfAborted(query.signal);
    }
    const met = tree.step();
    if (met === "end") return found(tree.truncated);
    if (met === undefined || !wanted.matches(met.relative, met.type === "directory")) continue;
    if (matches.length >= query.limit) return found("limit");
    const path = prefix + met.relative;
    room -= bytesOf(path);
    if (room < 0) return found("bytes");
    matches.push(path);
  }

  function begin(): TreeWalk {
    try {
      return new TreeWalk(start, {
        ...(query.maxEntries !== undefined && { maxEntries: query.maxEntries }),
        ...(query.respectGitignore && { ignore: ignoreChain(inheritedIgnores(start.root, start.relative, start.rules)) }),
        ...(query.excludePatterns.length > 0 && {
          consider: (relative, { type }) =>
            excluded.matches(relative, type === "directory") ? "skip" : type === "directory" && excluded.covers(relative) ? "covered" : "take",
        }),
      });
    } catch (error) {
      throw fileFailure(error);
    }
  }
}
