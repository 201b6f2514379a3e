import { Worker } from "node:worker_threads";
import type { FoundHit, SearchEnd, SearchJob, SearchMessage } from "./search-job.ts";

const file = new URL(import.meta.url.endsWith(".ts") ? "./search-worker.ts" : "./search-worker.js", import.meta.url);
/** Megabytes of heap after which the thread dies instead of the server. */
const heap = 256;
/** Megabytes for new objects. A search keeps little of what it makes: more room costs memory and saves no time. */
const young = 4;

/** One worker thread and the one job that it may have. */
export class SearchThread {
  readonly #worker: Worker;
  #alive = true;
  #settle: { done(end: SearchEnd): void; failed(error: Error): void; found(hits: readonly FoundHit[]): void } | undefined;

  constructor() {
    this.#worker = new Worker(file, {
      // stdout is the protocol's: what a thread prints stays in the thread. It needs no secrets either.
      stdout: true,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: young },
    });
    this.#worker.unref();
    this.#worker.on("message", (message: SearchMessage) => {
      if ("hits" in message) this.#settle?.found(message.hits);
      else if ("end" in message) this.#settle?.done(message.end);
      else this.#settle?.failed(new Error(`search failed: ${message.failed}`));
    });
    this.#worker.on("error", (error) => this.#gone(error instanceof Error ? error : new Error("search thread failed")));
    this.#worker.on("exit", () => this.#gone(new Error("search thread ended")));
  }

  /** False once the thread ended, by itself or by `stop`. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one job to its end. Rejects when the thread dies first, and when the walk cannot begin. */
  run(job: SearchJob, found: (hits: readonly FoundHit[]) => void): Promise<SearchEnd> {
    return new Promise<SearchEnd>((resolve, reject) => {
      if (!this.#alive) {
        reject(new Error("search thread ended"));
        return;
      }
      this.#settle = { done: resolve, failed: reject, found };
      this.#worker.ref();
      this.#worker.postMessage(job, []);
    }).finally(() => {
      this.#settle = undefined;
      this.#worker.unref();
    });
  }

  /** Ends the thread wherever it is. When the promise settles it is gone, and its descriptors are closed. */
  async stop(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
    this.#gone(new Error("search thread stopped"));
  }

  #gone(error: Error): void {
    this.#alive = false;
    this.#settle?.failed(error);
  }
}
