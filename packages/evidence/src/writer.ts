import { statSync } from "node:fs";
import { Ballast } from "./ballast.ts";
import type { FileState } from "./database-files.ts";
import { EvidenceUnavailable } from "./evidence-log.ts";
import { eventLeaf } from "./leaf.ts";
import { FilesChanged, openSession, WorkFailed, type Predecessor, type Session } from "./session.ts";
import type { SharedState } from "./shared-state.ts";
import { isBusy, isFull, sqliteCode } from "./sqlite.ts";
import type { Work } from "./transaction.ts";

// more would hold the write lock, and the event loop, for too long
const batchLimit = 256;
const idleMs = 250;
// leaves that queries may have to read without an index: about 0.1 s of work for whoever asks
const behindLimit = 16_384;
// pages of 4 KiB: what a checkpoint may cost at once, and when one is worth it while nothing else is to do
const pagesUnderLoad = 4096;
const pagesIdle = 512;
const projectedAtOnce = 512;
// longer than any transaction takes: every process has noticed by then that the files are others, or is not writing
const settleMs = 100;
const noteDeadlineMs = 2000;

export interface WriterOptions {
  readonly file: string;
  readonly server: string;
  readonly clock: () => number;
  /** Milliseconds for which a database that is gone may come back before a new log takes its place. */
  readonly graceMs: number;
}

/**
 * Writes what is queued, one transaction once everything that runs now has run (`nextTick` comes after all promises): a
 * lone caller waits for nothing but its own commit, and calls that came in one chunk of input share one. Knows what each fault
 * means and when it has passed:
 *
 * - lock held by another process: tried again with jitter until the work's deadline;
 * - no space: decisions are refused, the ballast is given up so that outcomes can still be written, and taken back
 *   before decisions are accepted again;
 * - files deleted, replaced or broken: what waits fails, and the next work tries to open the log anew.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #ballast: Ballast;
  readonly #queue: Work[] = [];
  readonly #idle: NodeJS.Timeout;
  #session: Session | undefined;
  #previous: Predecessor | undefined;
  #notBefore = 0;
  #goneSince: number | undefined;
  #sealed = false;
  #scheduled = false;
  #origin = "";

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#ballast = new Ballast(options.file);
    this.#idle = setTimeout(() => this.#rest(), idleMs);
    this.#idle.unref();
  }

  /** Name of the log that was written to last. */
  get origin(): string {
    return this.#origin;
  }

  submit(work: Work): void {
    this.#queue.push(work);
    this.#schedule();
  }

  /** Reads what is committed now, without waiting. Undefined: it could not be read, and what is submitted finds out why. */
  look<Result>(read: (shared: SharedState) => Result): { readonly result: Result } | undefined {
    try {
      return this.#session === undefined ? undefined : { result: this.#session.look(read) };
    } catch {
      return undefined;
    }
  }

  /** Ends the session; nothing may be queued any more. */
  close(): void {
    clearTimeout(this.#idle);
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    try {
      while (session.project(projectedAtOnce));
      // the last to close does it anyway; others may stay for days
      if (session.pages > pagesIdle) session.checkpoint();
    } catch {
      // the next process catches up
    }
    session.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#queue.length === 0) return;
    if (this.#session === undefined && this.#queue.every((work) => work.passive === true)) {
      this.#refuse(this.#queue.splice(0), new EvidenceUnavailable("the log is not open"));
      return;
    }
    if (this.#session === undefined && performance.now() < this.#notBefore) {
      this.#wait();
      return;
    }
    let session: Session;
    try {
      session = this.#session ??= this.#open();
    } catch (error) {
      if (isBusy(error)) this.#wait();
      // the last of other processes to close takes the sidecars away while this one opens them
      else if (sqliteCode(error) === "SQLITE_CANTOPEN") this.#wait(error);
      else this.#refuse(this.#queue.splice(0), error);
      return;
    }
    if (this.#sealed && !this.#resume()) this.#refuse(this.#takeDecisions(), noSpace());
    const batch = this.#queue.splice(0, batchLimit);
    if (batch.length > 0) this.#write(session, batch);
    if (this.#queue.length > 0) this.#schedule();
  }

  #write(session: Session, batch: readonly Work[]): void {
    try {
      session.write(batch);
    } catch (error) {
      this.#failed(session, batch, error);
      return;
    }
    for (const work of batch) work.done();
    this.#idle.refresh();
    this.#tend(session);
  }

  #failed(session: Session, batch: readonly Work[], error: unknown): void {
    if (isBusy(error)) {
      this.#queue.unshift(...batch);
      this.#wait();
    } else if (isFull(error)) {
      this.#seal(batch, error);
    } else if (error instanceof WorkFailed) {
      this.#queue.unshift(...batch.filter((work) => work !== error.work));
      error.work.failed(error.cause instanceof Error ? error.cause : error);
      this.#schedule();
    } else {
      this.#leave(session, error instanceof FilesChanged ? error.state : "failed");
      this.#refuse(batch, error);
    }
  }

  #leave(session: Session, reason: FileState | "failed"): void {
    this.#session = undefined;
    this.#previous = session.leave(reason);
    this.#notBefore = performance.now() + settleMs;
  }

  #open(): Session {
    const { file, server, clock, graceMs } = this.#options;
    if (this.#previous !== undefined && statSync(file, { throwIfNoEntry: false }) === undefined) {
      this.#goneSince ??= performance.now();
      if (performance.now() - this.#goneSince < graceMs) throw new EvidenceUnavailable(`${file} is gone`);
    }
    const session = openSession({ file, server, clock, previous: this.#previous });
    this.#goneSince = undefined;
    this.#origin = session.store.origin;
    this.#ballast.acquire();
    return session;
  }

  /** Tries again soon. The jitter keeps several processes from meeting at the same moment again and again. */
  #wait(reason: unknown = new EvidenceUnavailable("another process keeps the database locked")): void {
    const now = performance.now();
    const waiting = this.#queue.splice(0);
    this.#queue.push(...waiting.filter((work) => work.deadline > now));
    this.#refuse(
      waiting.filter((work) => work.deadline <= now),
      reason,
    );
    if (this.#queue.length === 0) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), 1 + Math.random() * 7);
  }

  #seal(batch: readonly Work[], error: unknown): void {
    const ending = batch.filter((work) => work.ends);
    this.#ballast.release();
    if (this.#sealed) {
      this.#refuse(batch, error);
      return;
    }
    this.#sealed = true;
    this.#refuse(
      batch.filter((work) => !work.ends),
      error,
    );
    this.#queue.unshift(...ending, this.#note("sealed"));
    this.#schedule();
  }

  /** Accepts decisions again once the ballast could be taken back. */
  #resume(): boolean {
    if (this.#queue.every((work) => work.ends)) return false;
    if (!this.#ballast.acquire()) return false;
    this.#sealed = false;
    this.#queue.unshift(this.#note("resumed"));
    return true;
  }

  #note(kind: "sealed" | "resumed"): Work {
    return {
      full: true,
      ends: true,
      deadline: performance.now() + noteDeadlineMs,
      write: ({ append, boot, now }) => append(eventLeaf(kind, Math.round(now * 1000), { boot })),
      done() {},
      failed() {},
    };
  }

  #takeDecisions(): readonly Work[] {
    const all = this.#queue.splice(0);
    this.#queue.push(...all.filter((work) => work.ends));
    return all.filter((work) => !work.ends);
  }

  #refuse(refused: readonly Work[], reason: unknown): void {
    const error = unavailable(reason);
    for (const work of refused) work.failed(error);
  }

  /** Housekeeping that cannot wait for a pause. */
  #tend(session: Session): void {
    this.#keepHouse(session, () => {
      if (session.behind() > behindLimit) session.project(projectedAtOnce);
      if (session.pages > pagesUnderLoad) session.checkpoint();
    });
  }

  /** Housekeeping in a pause. */
  #rest(): void {
    const session = this.#session;
    if (session === undefined || this.#queue.length > 0) return;
    this.#keepHouse(session, () => {
      if (session.behind() > 0 && session.project(projectedAtOnce)) this.#idle.refresh();
      if (session.pages > pagesIdle) session.checkpoint();
      if (!this.#sealed) this.#ballast.acquire();
    });
  }

  #keepHouse(session: Session, work: () => void): void {
    try {
      work();
    } catch (error) {
      // nothing is lost when housekeeping fails; only a session that is broken has to go
      if (!(error instanceof FilesChanged)) return;
      this.#leave(session, error.state);
    }
  }
}

function noSpace(): EvidenceUnavailable {
  return new EvidenceUnavailable("no space is left for the evidence");
}

function unavailable(reason: unknown): EvidenceUnavailable {
  if (reason instanceof EvidenceUnavailable) return reason;
  const code = sqliteCode(reason);
  const text = reason instanceof Error ? reason.message : String(reason);
  return new EvidenceUnavailable(`the evidence cannot be written: ${text}${code === undefined ? "" : ` (${code})`}`, { cause: reason });
}
