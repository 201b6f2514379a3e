import { availableParallelism } from "node:os";
import { Failure } from "@postern/policy";
import { SearchThread } from "./search-thread.ts";

/** Threads of one search: reading many small files is system calls, and two cores make them twice as fast. */
export const threadsPerSearch = Math.min(2, availableParallelism());
/** Searches at a time; the others wait in line. */
const mostSearches = 2;
/** Milliseconds after which threads that have nothing to do give their memory back. */
const idleMs = 30_000;

/** The process's search threads: started by the first search, kept warm for the next one, gone after a while. */
class SearchPool {
  readonly #idle: SearchThread[] = [];
  readonly #line: (() => void)[] = [];
  #running = 0;
  #expiry: NodeJS.Timeout | undefined;

  /** Takes a place among the searches that run. Throws `cancelled` when the caller stops waiting for one. */
  async take(signal: AbortSignal): Promise<SearchThread[]> {
    if (this.#running >= mostSearches) await this.#wait(signal);
    else this.#running += 1;
    clearTimeout(this.#expiry);
    try {
      return Array.from({ length: threadsPerSearch }, () => this.#warm() ?? new SearchThread());
    } catch (error) {
      this.give([]);
      throw error;
    }
  }

  /** Gives the place back. Threads that are alive are used again. */
  give(threads: readonly SearchThread[]): void {
    this.#idle.push(...threads);
    const next = this.#line.shift();
    if (next !== undefined) next();
    else this.#running -= 1;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#expire(), idleMs).unref();
  }

  /** A thread can die while nobody uses it. */
  #warm(): SearchThread | undefined {
    let thread = this.#idle.pop();
    while (thread !== undefined && !thread.alive) thread = this.#idle.pop();
    return thread;
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#line.splice(this.#line.indexOf(proceed), 1);
        reject(new Failure("cancelled", "The call was cancelled."));
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#line.push(proceed);
    });
  }

  #expire(): void {
    for (const thread of this.#idle.splice(0)) void thread.stop();
  }
}

export const searchPool = new SearchPool();
