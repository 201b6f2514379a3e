import { Worker } from "node:worker_threads";
import type { ArticleJob, ArticleMessage } from "./article-job.ts";

const file = new URL(import.meta.url.endsWith(".ts") ? "./article-worker.ts" : "./article-worker.js", import.meta.url);
/** Megabytes of heap after which the thread dies instead of the server. */
const resourceLimits = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };
/** Milliseconds. */
const patience = 4_000;

export type ArticleEnd = { readonly message: ArticleMessage } | { readonly failed: "time" | "memory" | "error" };

/**
 * Runs one job in a thread of its own, which is gone when this settles: with its answer, after four seconds, at the limit of its
 * memory, or when the signal says so. Rejects with the signal's reason, and never otherwise.
 */
export async function runArticleJob(job: ArticleJob, signal: AbortSignal): Promise<ArticleEnd> {
  signal.throwIfAborted();
  // stdout is the protocol's: what a thread prints stays in the thread. It needs no secrets either.
  const worker = new Worker(file, { workerData: job, stdout: true, stderr: true, env: {}, resourceLimits });
  const ended = Promise.withResolvers<ArticleEnd>();
  const stop = (): void => ended.reject(signal.reason);
  const timer = setTimeout(() => ended.resolve({ failed: "time" }), patience);
  signal.addEventListener("abort", stop, { once: true });
  worker.once("message", (message: ArticleMessage) => ended.resolve({ message }));
  worker.once("error", (error: NodeJS.ErrnoException) => ended.resolve({ failed: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "error" }));
  worker.once("exit", () => ended.resolve({ failed: "error" }));
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
