import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "@postern/policy";
import type { PathAuthority } from "./authority.ts";
import { inheritedIgnores } from "./ignore-file.ts";
import { mountsBelow } from "./mounts.ts";
import { fileFailure } from "./os-failure.ts";
import { OwnStart } from "./own-start.ts";
import type { LineHit } from "./search-file.ts";
import { cells, type FoundHit, type SearchEnd, type SearchJob, type SkippedFiles } from "./search-job.ts";
import { searchPool } from "./search-pool.ts";
import type { SearchThread } from "./search-thread.ts";
import type { TextQuery } from "./text-pattern.ts";
import { stopIfAborted, type Truncation } from "./walk.ts";

export interface ContentQuery extends TextQuery {
  /** Globs of the files to read; none: all. A pattern without a slash matches a name at any depth. */
  readonly include: readonly string[];
  readonly excludePatterns: readonly string[];
  readonly contextLines: number;
  readonly limit: number;
  readonly respectGitignore: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; what was found by then is the answer. */
  readonly deadline?: number;
  readonly maxEntries?: number;
  /** Bytes of a file beyond which it is skipped and counted. */
  readonly maxFileBytes?: number;
  onProgress?(filesSearched: number): void;
}

export interface ContentHit extends LineHit {
  /** Absolute canonical path. */
  readonly path: string;
}

export interface ContentMatches {
  /** In the order of the walk. */
  readonly hits: readonly ContentHit[];
  /** `limit`: there are more hits; which ones the answer holds is then left to chance. */
  readonly truncated?: Truncation;
  /** Entries that the card's rules keep back. */
  readonly withheld: number;
  readonly filesSearched: number;
  readonly filesSkipped: SkippedFiles;
}

const defaultFileBytes = 16 * 1024 * 1024;
/** Milliseconds that threads get to end by themselves after they were told to. */
const grace = 20;
const progressEvery = 100;

/**
 * Searches the text of the files below a directory, or of one file; globs and .gitignore files do not speak about that.
 * Guarantees those of `walk` for every file that is read; besides
 * that, no special file is waited for, the work is done on threads that are stopped, if need be by force, within a
 * tenth of a second after `signal` or the deadline, and the answer comes only when none of them works any more.
 * Patterns must have passed `checkTextPattern` and `checkPattern`.
 */
export async function searchContents(directory: PathAuthority, query: ContentQuery): Promise<ContentMatches> {
  stopIfAborted(query.signal);
  using start = new OwnStart(directory, "single");
  const control = new SharedArrayBuffer(cells.count * Int32Array.BYTES_PER_ELEMENT);
  const job = jobFor(start, query, control);
  const threads = await searchPool.take(query.signal);
  try {
    return answer(await runAll(threads, job, query, new Int32Array(control)), start.canonical, query.limit);
  } finally {
    searchPool.give(threads);
  }
}

function jobFor(start: OwnStart, query: ContentQuery, control: SharedArrayBuffer): Omit<SearchJob, "share" | "shares"> {
  const { relative, rules } = start;
  try {
    return {
      pattern: query.pattern,
      literal: query.literal,
      ignoreCase: query.ignoreCase,
      directory: start.directory,
      single: start.single,
      relative,
      rules: rules.source,
      ignores: query.respectGitignore && !start.single ? inheritedIgnores(start.root, relative, rules) : undefined,
      include: query.include,
      excludePatterns: query.excludePatterns,
      contextLines: query.contextLines,
      limit: query.limit,
      maxFileBytes: query.maxFileBytes ?? defaultFileBytes,
      maxEntries: query.maxEntries,
      deadline: query.deadline,
      checkFileMounts: !start.single && rules.option("mounts", relative) === "deny" && mountsBelow(start.canonical),
      control,
    };
  } catch (error) {
    throw fileFailure(error);
  }
}

interface Outcome {
  readonly hits: readonly FoundHit[];
  readonly ends: readonly SearchEnd[];
  readonly late: boolean;
}

async function runAll(threads: readonly SearchThread[], job: Omit<SearchJob, "share" | "shares">, query: ContentQuery, control: Int32Array): Promise<Outcome> {
  const hits: FoundHit[] = [];
  const work = Promise.allSettled(
    threads.map((thread, share) =>
      thread.run({ ...job, share, shares: threads.length }, (found) => {
        for (const hit of found) hits.push(hit);
      }),
    ),
  );
  const stopped = await untilDoneOrStopped(work, query, control);
  if (stopped) {
    Atomics.store(control, cells.stop, 1);
    const ended = await Promise.race([work.then(() => true), wait(grace, false)]);
    if (!ended) await Promise.all(threads.map((thread) => thread.stop()));
  }
  stopIfAborted(query.signal);
  const ends: SearchEnd[] = [];
  for (const result of await work) {
    if (result.status === "fulfilled") ends.push(result.value);
    else if (!stopped) throw new Failure("fs.io", "The search could not be finished.", { cause: result.reason });
  }
  return { hits, ends, late: stopped };
}

/** True when the signal or the deadline came first. */
function untilDoneOrStopped(work: Promise<unknown>, query: ContentQuery, control: Int32Array): Promise<boolean> {
  const { signal, deadline, onProgress } = query;
  return new Promise((resolve) => {
    const settle = (stopped: boolean): void => {
      clearTimeout(timer);
      clearInterval(ticker);
      signal.removeEventListener("abort", stop);
      resolve(stopped);
    };
    const stop = (): void => settle(true);
    const timer = deadline === undefined ? undefined : setTimeout(stop, Math.max(0, deadline - Date.now()));
    const ticker = onProgress && setInterval(() => onProgress(Atomics.load(control, cells.files)), progressEvery);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    void work.then(() => settle(false));
  });
}

function answer({ hits, ends, late }: Outcome, canonical: string, limit: number): ContentMatches {
  const ordered = hits.toSorted((one, other) => one.order - other.order || one.line - other.line);
  const total = (count: (end: SearchEnd) => number): number => ends.reduce((sum, end) => sum + count(end), 0);
  const truncated: Truncation | undefined = ordered.length > limit ? "limit" : late ? "deadline" : ends.find((end) => end.truncated !== undefined)?.truncated;
  return {
    hits: ordered.slice(0, limit).map((hit) => shown(hit, canonical)),
    ...(truncated && { truncated }),
    withheld: total((end) => end.withheld),
    filesSearched: total((end) => end.filesSearched),
    filesSkipped: {
      binary: total((end) => end.skipped.binary),
      tooLarge: total((end) => end.skipped.tooLarge),
      unreadable: total((end) => end.skipped.unreadable),
    },
  };
}

function shown(hit: FoundHit, canonical: string): ContentHit {
  const prefix = canonical === "/" ? "/" : `${canonical}/`;
  const { relative, order: _order, ...line } = hit;
  return { path: relative === "" ? canonical : prefix + relative, ...line };
}
