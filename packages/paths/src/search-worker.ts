import { parentPort } from "node:worker_threads";
import { mountId } from "./handle.ts";
import { ignoreChain } from "./ignore-file.ts";
import { compilePatterns, type NameMatcher } from "./name-pattern.ts";
import { createRules, type EntryRules } from "./rules.ts";
import { type FileOutcome, type FileSearch, searchFile, searchHeld } from "./search-file.ts";
import { cells, type FoundHit, type SearchEnd, type SearchJob, type SearchMessage } from "./search-job.ts";
import { compileTextPattern } from "./text-pattern.ts";
import { type Met, TreeWalk } from "./tree-walk.ts";

/**
 * The thread that reads files for `searchContents`. It has no authority of its own: it starts at a handle that the
 * caller holds, under the caller's rules, with the same walk. It can be stopped softly by `control` and hard by
 * `terminate`, which closes every descriptor that it opened.
 */
const port = parentPort;
if (port === null) throw new Error("this file is a worker thread");
port.on("message", (job: SearchJob) => {
  const tell = (message: SearchMessage): void => port.postMessage(message);
  try {
    tell({ end: new ContentSearch(job, tell).run() });
  } catch (error) {
    tell({ failed: (error as NodeJS.ErrnoException).code ?? "unknown" });
  }
});

/** Entries between two looks at the clock. */
const stride = 64;
/** Hits in one message: a message costs as much as ten files. */
const mostUntold = 64;

class ContentSearch {
  readonly #job: SearchJob;
  readonly #tell: (message: SearchMessage) => void;
  readonly #control: Int32Array;
  readonly #rules: EntryRules;
  readonly #search: FileSearch;
  readonly #included: (relative: string) => boolean;
  readonly #excluded: NameMatcher;
  #hits: FoundHit[] = [];
  #files = 0;
  #withheld = 0;
  readonly #skipped = { binary: 0, tooLarge: 0, unreadable: 0 };

  constructor(job: SearchJob, tell: (message: SearchMessage) => void) {
    this.#job = job;
    this.#tell = tell;
    this.#control = new Int32Array(job.control);
    this.#rules = createRules(job.rules);
    const include = compilePatterns(job.include, "anywhere");
    this.#included = job.include.length === 0 ? () => true : (relative) => include.matches(relative, false);
    this.#excluded = compilePatterns(job.excludePatterns, "anywhere");
    this.#search = {
      matcher: compileTextPattern(job, () => this.#stopped()),
      rules: this.#rules,
      contextLines: job.contextLines,
      maxBytes: job.maxFileBytes,
      // One more than the limit, so that a full answer can say that there was more.
      mostHits: job.limit + 1,
      // The thread may be stopped in the middle of such a file, and what it found before must not be lost with it.
      beforeLarge: () => this.#flush(),
      mount: job.checkFileMounts ? mountId(job.directory) : undefined,
    };
  }

  run(): SearchEnd {
    if (this.#job.single) return this.#one();
    using tree = this.#walk();
    let late = false;
    for (let steps = 0; !this.#stopped(); steps += 1) {
      late = steps % stride === 0 && this.#job.deadline !== undefined && Date.now() >= this.#job.deadline;
      if (late) break;
      const met = tree.step();
      if (met === "end") break;
      if (met !== undefined && met.type === "file" && this.#included(met.relative)) this.#look(met, tree.visited);
    }
    this.#flush();
    return this.#end(tree, late);
  }

  #one(): SearchEnd {
    const { directory, relative, share } = this.#job;
    if (share === 0) this.#take(searchHeld(directory, relative, this.#search), "", 0);
    this.#flush();
    return this.#end({ withheld: 0, unreadable: 0, truncated: undefined }, false);
  }

  #walk(): TreeWalk {
    const job = this.#job;
    const excluded = this.#excluded;
    return new TreeWalk(
      { directory: job.directory, relative: job.relative, rules: this.#rules },
      {
        share: { part: job.share, parts: job.shares },
        ...(job.maxEntries !== undefined && { maxEntries: job.maxEntries }),
        ...(job.ignores && { ignore: ignoreChain(job.ignores) }),
        ...(job.excludePatterns.length > 0 && {
          consider: (relative, { type }) =>
            excluded.matches(relative, type === "directory") ? "skip" : type === "directory" && excluded.covers(relative) ? "covered" : "take",
        }),
      },
    );
  }

  #look({ entry, directory, canonical, relative }: Met, order: number): void {
    this.#take(entry === undefined ? "unreadable" : searchFile(directory, entry, canonical, this.#search), relative, order);
  }

  #take(outcome: FileOutcome, relative: string, order: number): void {
    if (outcome === "withheld") this.#withheld += 1;
    else if (outcome === "binary" || outcome === "tooLarge" || outcome === "unreadable") this.#skipped[outcome] += 1;
    else if (outcome !== "other") {
      this.#files += 1;
      Atomics.add(this.#control, cells.files, 1);
      if (outcome.length === 0) return;
      Atomics.add(this.#control, cells.hits, outcome.length);
      for (const hit of outcome) this.#hits.push({ ...hit, relative, order });
      if (this.#hits.length >= mostUntold) this.#flush();
    }
  }

  #flush(): void {
    if (this.#hits.length > 0) this.#tell({ hits: this.#hits });
    this.#hits = [];
  }

  #stopped(): boolean {
    return Atomics.load(this.#control, cells.stop) !== 0 || Atomics.load(this.#control, cells.hits) > this.#job.limit;
  }

  #end(tree: Pick<TreeWalk, "withheld" | "unreadable" | "truncated">, late: boolean): SearchEnd {
    const full = Atomics.load(this.#control, cells.hits) > this.#job.limit;
    return {
      filesSearched: this.#files,
      skipped: { ...this.#skipped, unreadable: this.#skipped.unreadable + tree.unreadable },
      withheld: this.#withheld + tree.withheld,
      truncated: full ? "limit" : late ? "deadline" : tree.truncated,
    };
  }
}
