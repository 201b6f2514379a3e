import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";

/** Stands in for a parser that a stranger's file took over: tries what it should not be able to, and tells how each try ended. */
const tries: Readonly<Record<string, () => unknown>> = {
  reads: () => readFileSync("/etc/passwd"),
  readsItsParent: () => readFileSync(`/proc/${process.ppid}/environ`),
  writes: () => writeFileSync(join(import.meta.dirname, "left-behind"), "x"),
  starts: () => spawnSync(process.execPath, ["--version"]).error ?? "started",
  connects: () => new Promise((_, reject) => connect(9, "127.0.0.1").on("error", reject)),
  compiles: () => Reflect.construct(Function, ["return 1"]) as unknown,
};

const ends: Record<string, string> = { environment: Object.keys(process.env).join() };
for (const [name, attempt] of Object.entries(tries)) {
  try {
    const end = await attempt();
    ends[name] = end instanceof Error ? codeOf(end) : String(end);
  } catch (error) {
    ends[name] = codeOf(error);
  }
}
parentPort?.postMessage(ends);

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: string; readonly name: string };
  return code ?? name;
}
