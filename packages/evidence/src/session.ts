import { Approvals } from "./approvals.ts";
import { Budgets } from "./budgets.ts";
import { Claims } from "./claims.ts";
import type { DatabaseFiles, FileState } from "./database-files.ts";
import { eventLeaf } from "./leaf.ts";
import { OpenQuestions } from "./open-questions.ts";
import { thisProcess, thisProgram } from "./process-identity.ts";
import { Projection } from "./projection.ts";
import { recoveredLeaves } from "./recover.ts";
import type { SharedState } from "./shared-state.ts";
import { openStore, type Store } from "./store.ts";
import { sqliteCode } from "./sqlite.ts";
import { sqliteSharedState } from "./sqlite-shared-state.ts";
import type { Transaction, Work } from "./transaction.ts";

/** The log that this process wrote to before, when it had to leave it. */
export interface Predecessor {
  readonly log: string;
  readonly size: number;
  readonly reason: FileState | "failed";
  /** The last leaf that this process wrote there. */
  readonly last: Buffer;
  readonly files: DatabaseFiles;
}

/** The files at the log's paths are no longer those that are open. */
export class FilesChanged extends Error {
  override readonly name = "FilesChanged";
  readonly state: FileState;

  constructor(state: FileState) {
    super(`the database was ${state}`);
    this.state = state;
  }
}

/** One piece of work could not be written, whatever else is in its batch. */
export class WorkFailed extends Error {
  override readonly name = "WorkFailed";
  readonly work: Work;

  constructor(work: Work, cause: unknown) {
    super("one record could not be written", { cause });
    this.work = work;
  }
}

const pageBytes = 4096;
// about what a page holds of leaves; each new one changes its parent too
const bytesPerPage = 3500;

/** One open database under one boot leaf of this process. Synchronous; whatever it throws, nothing of the batch is in the log. */
export class Session {
  readonly store: Store;
  /** Upper estimate of the pages in the write-ahead log that are not in the database yet. */
  pages: number;
  /** Number of leaves after the last one of this process. */
  size = 0;
  readonly #server: string;
  readonly #clock: () => number;
  readonly #shared: SharedState;
  readonly #budgets: Budgets;
  readonly #claims: Claims;
  readonly #approvals: Approvals;
  readonly #questions: OpenQuestions;
  readonly #projection: Projection;
  readonly #previous: Predecessor | undefined;
  // as far as this process knows; others may have come further
  #reach: number;
  #boot: number | undefined;
  #last: Buffer | undefined;

  constructor(options: { readonly store: Store; readonly server: string; readonly clock: () => number; readonly previous: Predecessor | undefined }) {
    this.store = options.store;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#previous = options.previous;
    this.#shared = sqliteSharedState(this.store.database);
    this.#budgets = new Budgets(this.#shared);
    this.#claims = new Claims(this.store, this.#shared);
    this.#approvals = new Approvals(this.#shared);
    this.#questions = new OpenQuestions(this.#shared);
    this.#projection = new Projection(this.store.database);
    this.#reach = this.#projection.reach();
    this.pages = Math.floor(this.store.files.walSize() / pageBytes);
  }

  /**
   * Writes a batch in one transaction, at the highest durability that any of it asks for. Returns only after the commit,
   * and after it is certain that the files which took it are those that the log's paths name.
   */
  write(batch: readonly Work[]): void {
    const { store } = this;
    store.begin(batch.some((work) => work.full));
    let boot = this.#boot;
    let { size } = this;
    let last = this.#last;
    let bytes = 0;
    let rows = 0;
    const append = (body: Buffer): number => {
      const index = store.append(body);
      last = body;
      bytes += body.length;
      size = index + 1;
      return index;
    };
    try {
      // What ends a call is told as recorded or not by the look after the commit alone: it takes nothing that would have to be given back.
      if (!batch.every((work) => work.ends)) ensure(store.files.state());
      const now = this.#clock();
      this.#budgets.start();
      this.#claims.start();
      this.#approvals.start();
      this.#questions.start();
      boot ??= this.#start(append, now);
      const { sessions } = this.#shared;
      const rules = { budgets: this.#budgets, claims: this.#claims, approvals: this.#approvals, questions: this.#questions };
      const transaction: Transaction = { store, ...rules, sessions, boot, now, append };
      for (const work of batch) attempt(work, transaction);
      rows = this.#budgets.finish() + this.#questions.finish() + 2 * (this.#claims.finish() + this.#approvals.finish());
      store.commit();
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#boot = boot;
    this.#last = last;
    this.size = size;
    this.pages += 1 + rows + (2 * bytes) / bytesPerPage;
    ensure(store.files.state());
  }

  /** Reads between transactions, of the files that the log's paths name. Throws where they are others, or busy. */
  look<Result>(read: (shared: SharedState) => Result): Result {
    const result = read(this.#shared);
    ensure(this.store.files.state());
    return result;
  }

  /** Number of leaves that the projection is behind. */
  behind(): number {
    return this.size - this.#reach;
  }

  /** Brings the projection on by up to `limit` leaves, in a transaction of its own; true: there may be more. */
  project(limit: number): boolean {
    this.store.begin(false);
    try {
      ensure(this.store.files.state());
      const taken = this.#projection.advance(limit);
      const reach = this.#projection.reach();
      this.store.commit();
      this.#reach = reach;
      this.pages += Math.ceil(taken / 4);
      return taken === limit;
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  checkpoint(): void {
    this.store.checkpoint();
    this.pages = 0;
  }

  /**
   * Closes a database that can be written no longer. Where only its name or its write-ahead log's name is gone, what was
   * committed is moved into the database first, so that whoever brings the file back finds every acknowledged record.
   *
   * Hole: where the sidecar files were deleted under several servers, one that noticed it last may, at its own end,
   * write older pages over newer ones.
   */
  leave(reason: FileState | "failed"): Predecessor | undefined {
    const { store } = this;
    const named = reason !== "deleted" && reason !== "replaced";
    if (!named || (reason === "sidecar deleted" && store.files.walIsNameless())) ignoring(() => store.checkpoint());
    ignoring(() => store.close());
    if (this.#last === undefined) return this.#previous;
    return { log: store.origin, size: this.size, reason, last: this.#last, files: store.files };
  }

  close(): void {
    this.store.close();
  }

  /** The leaves that open a session: its boot, and what became of the calls of processes that are gone. */
  #start(append: (body: Buffer) => number, now: number): number {
    const { store } = this;
    const here = thisProcess();
    const previous = this.#previous === undefined ? undefined : { log: this.#previous.log, size: this.#previous.size, reason: this.#previous.reason };
    const boot = append(
      eventLeaf("boot", Math.round(now * 1000), { log: store.origin, previous, process: here, program: thisProgram(), server: this.#server }),
    );
    for (const body of recoveredLeaves(store, this.#projection, here, now)) append(body);
    return boot;
  }

  #undo(): void {
    ignoring(() => this.store.rollback());
    this.#projection.forget();
  }
}

/**
 * Opens the log for a process that may have had to leave it before. The same log may have come back, or another one may
 * lie in its place; refused is an older state of the same log, whose next records would take indexes that are given away
 * already. Throws like `openStore`, and `StaleLog`.
 */
export function openSession(options: {
  readonly file: string;
  readonly server: string;
  readonly clock: () => number;
  readonly previous: Predecessor | undefined;
}): Session {
  const { file, server, clock, previous } = options;
  previous?.files.removeOrphans();
  const store = openStore(file, clock());
  if (previous !== undefined && store.origin === previous.log && store.leaf(previous.size - 1)?.equals(previous.last) !== true) {
    store.close();
    throw new StaleLog("the database holds an older state of its log; bring the newer one back, or move this one away");
  }
  return new Session({ store, server, clock, previous });
}

export class StaleLog extends Error {
  override readonly name = "StaleLog";
}

function ensure(state: FileState): void {
  if (state !== "intact") throw new FilesChanged(state);
}

function attempt(work: Work, transaction: Transaction): void {
  try {
    work.write(transaction);
  } catch (error) {
    throw sqliteCode(error) === undefined ? new WorkFailed(work, error) : error;
  }
}

function ignoring(action: () => void): void {
  try {
    action();
  } catch {
    // the connection is being given up; nothing more can be asked of it
  }
}
