import { Worker } from "node:worker_threads";

export interface ThreadBounds {
  readonly milliseconds: number;
  /** Megabytes of heap after which the thread dies instead of the server. */
  readonly heap: number;
  /** Megabytes that the whole process may grow by meanwhile: buffers are on no thread's heap. */
  readonly growth: number;
  readonly signal: AbortSignal;
}

export type ThreadEnd<Message> = { readonly message: Message } | { readonly failed: "time" | "memory" | "error" };

const lookMs = 25;

/** The built file of a worker, or its source where the sources are what runs. */
export function workerFile(name: string): URL {
  return new URL(`./${name}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
}

/**
 * Runs one job in a thread of its own, which is gone when this settles: with its one message, at a bound, or when the signal says
 * so. Rejects with the signal's reason, and never otherwise.
 */
export async function runInThread<Message>(file: URL, job: unknown, { milliseconds, heap, growth, signal }: ThreadBounds): Promise<ThreadEnd<Message>> {
  signal.throwIfAborted();
  const before = process.memoryUsage.rss();
  const resourceLimits = { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: 16 };
  // stdout is the protocol's: what a thread prints stays in the thread. It needs no secrets either.
  const worker = new Worker(file, { workerData: job, stdout: true, stderr: true, env: {}, resourceLimits });
  const ended = Promise.withResolvers<ThreadEnd<Message>>();
  const stop = (): void => ended.reject(signal.reason);
  const timer = setTimeout(() => ended.resolve({ failed: "time" }), milliseconds);
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() - before > growth * 1024 * 1024) ended.resolve({ failed: "memory" });
  }, lookMs);
  signal.addEventListener("abort", stop, { once: true });
  worker.once("message", (message: Message) => ended.resolve({ message }));
  worker.once("error", (error: NodeJS.ErrnoException) => ended.resolve({ failed: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "error" }));
  worker.once("exit", () => ended.resolve({ failed: "error" }));
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
