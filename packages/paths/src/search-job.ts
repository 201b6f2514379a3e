import type { Handle } from "./handle.ts";
import type { InheritedIgnore } from "./ignore-file.ts";
import type { RulesSource } from "./rules.ts";
import type { LineHit } from "./search-file.ts";
import type { TextQuery } from "./text-pattern.ts";

/** What a search worker is asked, as it goes by message: plain data and the number of a handle. */
export interface SearchJob extends TextQuery {
  /** Descriptors belong to the process, not to a thread: the worker walks from the handle that the caller holds open. */
  readonly directory: Handle;
  /** `directory` is one file, open for reading, and there is no walk. */
  readonly single: boolean;
  /** Canonical, below the root. */
  readonly relative: string;
  readonly rules: RulesSource;
  /** Undefined: .gitignore files are not looked at. */
  readonly ignores: readonly InheritedIgnore[] | undefined;
  readonly include: readonly string[];
  readonly excludePatterns: readonly string[];
  readonly contextLines: number;
  readonly limit: number;
  readonly maxFileBytes: number;
  readonly maxEntries: number | undefined;
  readonly deadline: number | undefined;
  /** Files may be mount points here and the card refuses those. */
  readonly checkFileMounts: boolean;
  /** Each of `shares` workers walks the whole tree and reads its own share of the files. */
  readonly share: number;
  readonly shares: number;
  /** `Int32Array` of the cells below, shared by the caller and all workers of one search. */
  readonly control: SharedArrayBuffer;
}

/** Cells of `control`. */
export const cells = { stop: 0, hits: 1, files: 2, count: 3 } as const;

export interface FoundHit extends LineHit {
  /** Below the searched directory; empty for a single file. */
  readonly relative: string;
  /** Place of the file in the order of the walk. */
  readonly order: number;
}

export interface SkippedFiles {
  /** A NUL in the first 8 KiB. */
  readonly binary: number;
  readonly tooLarge: number;
  /** No access, gone meanwhile, or a name that is no UTF-8. Directories that could not be read count too. */
  readonly unreadable: number;
}

export interface SearchEnd {
  readonly filesSearched: number;
  readonly skipped: SkippedFiles;
  readonly withheld: number;
  readonly truncated: "limit" | "deadline" | "entries" | "depth" | undefined;
}

export type SearchMessage = { readonly hits: readonly FoundHit[] } | { readonly end: SearchEnd } | { readonly failed: string };
