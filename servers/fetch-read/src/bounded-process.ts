import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ProcessBounds {
  readonly milliseconds: number;
  /** Megabytes of the parser's heap. */
  readonly heap: number;
  /** Megabytes of the whole process: buffers are on no heap. */
  readonly whole: number;
  readonly signal: AbortSignal;
}

export interface ProcessJob {
  /** The file of the worker that does it, without its ending. */
  readonly worker: string;
  readonly bytes: Uint8Array;
  /** Goes along as it is. */
  readonly limits?: Readonly<Record<string, number>>;
}

export type ProcessEnd<Message> = { readonly message: Message } | { readonly failed: "time" | "memory" | "error" };

/** Bytes of JSON. The longest message is a text of two million characters, each of six bytes at most. */
const longestMessage = 16 * 1024 * 1024;

/**
 * Runs one job of a large parser in a process of its own, which is gone when this settles: with its one message, at a bound, or when
 * the signal says so. It dies with this one, too. Guarantees that what the parser takes of memory is not this process's,
 * and that it has no environment, no file but the code of the packages, no process to start, and no network where
 * Node can keep that from it (25 and newer). Rejects with the signal's reason, and never otherwise.
 *
 * Holes: memory is looked at every few milliseconds, so the bound may be passed by what can be taken in between. Where this
 * process is killed, the other ends once it gets the processor to see it. What this one was started with and left open for
 * its children (a descriptor above 2 without close-on-exec) is open there too: Node cannot close it.
 */
export async function runInProcess<Message>(job: ProcessJob, bounds: ProcessBounds): Promise<ProcessEnd<Message>> {
  const { worker, bytes, limits } = job;
  const { milliseconds, heap, whole, signal } = bounds;
  signal.throwIfAborted();
  const task = JSON.stringify({ worker, length: bytes.length, heap, whole, limits });
  const child = spawn(process.execPath, [...jail, entry, task], { env: {}, stdio: ["pipe", "pipe", "ignore"], windowsHide: true });
  const ended = Promise.withResolvers<ProcessEnd<Message>>();
  const stop = (): void => ended.reject(signal.reason);
  const timer = setTimeout(() => ended.resolve({ failed: "time" }), milliseconds);
  signal.addEventListener("abort", stop, { once: true });
  const parts: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (part: Buffer) => {
    length += part.length;
    if (length > longestMessage) ended.resolve({ failed: "memory" });
    else parts.push(part);
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // A process that is killed by nobody but itself, or by the system, took too much.
  child.once("close", (_, killed) => ended.resolve(killed === null ? endIn<Message>(Buffer.concat(parts, length)) : { failed: "memory" }));
  child.once("error", () => ended.resolve({ failed: "error" }));
  child.stdin.on("error", () => undefined);
  // Left open: its end is how the child learns that this process is no more.
  child.stdin.write(bytes);
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    if (child.kill("SIGKILL")) await closed;
  }
}

/** What the child says is its word alone: it read what a stranger wrote. */
function endIn<Message>(bytes: Buffer): ProcessEnd<Message> {
  try {
    return JSON.parse(bytes.toString()) as ProcessEnd<Message>;
  } catch {
    return { failed: "error" };
  }
}

const built = import.meta.url.endsWith(".js");
const entry = fileURLToPath(new URL(`./bounded-child.${built ? "js" : "ts"}`, import.meta.url));
const jail = [
  "--permission",
  "--allow-worker",
  "--disallow-code-generation-from-strings",
  ...readable(dirname(dirname(entry))).map((path) => `--allow-fs-read=${path}`),
];

/** The package itself, and wherever Node looks for what it imports. */
function readable(own: string): readonly string[] {
  const paths = [own];
  for (let at = own; ; at = dirname(at)) {
    paths.push(join(at, "node_modules"));
    if (dirname(at) === at) return paths;
  }
}
