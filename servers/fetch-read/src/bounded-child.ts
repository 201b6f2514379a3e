import { Worker } from "node:worker_threads";

interface Task {
  readonly worker: string;
  readonly length: number;
  readonly heap: number;
  readonly whole: number;
  readonly limits?: Readonly<Record<string, number>>;
}

/** The process around a parser's thread: hands it the bytes that come on stdin, writes what it says, and ends before it takes too much. */
const task = JSON.parse(process.argv[2] ?? "{}") as Task;
const lookMs = 5;

const end = (): boolean => process.kill(process.pid, "SIGKILL");
const watch = setInterval(() => process.memoryUsage.rss() > task.whole * 1024 * 1024 && end(), lookMs);
const parts: Buffer[] = [];
let length = 0;
process.stdin.on("data", (part: Buffer) => {
  parts.push(part);
  length += part.length;
  if (length === task.length) run(new Uint8Array(Buffer.concat(parts.splice(0), length)));
});
if (task.length === 0) run(new Uint8Array());
// Whoever asked is gone.
process.stdin.once("close", end);

function run(bytes: Uint8Array<ArrayBuffer>): void {
  const { worker: name, heap, limits } = task;
  const file = new URL(`./${name}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: 16 };
  // stdout is for the one message: what a thread prints stays in the thread.
  const worker = new Worker(file, { workerData: { bytes, ...limits }, transferList: [bytes.buffer], stdout: true, stderr: true, env: {}, resourceLimits });
  worker.once("message", (message: unknown) => say({ message }));
  worker.once("error", (error: NodeJS.ErrnoException) => say({ failed: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "error" }));
  worker.once("exit", () => say({ failed: "error" }));
}

let said = false;
function say(what: object): void {
  if (said) return;
  said = true;
  process.stdout.end(JSON.stringify(what), () => {
    clearInterval(watch);
    process.exit();
  });
}
