import { spawn, type ChildProcess } from "node:child_process";
import { type Found, missing, usable } from "./found.ts";

export interface HelperLimits {
  /** Milliseconds from start to end. */
  readonly timeoutMs: number;
  /** Bytes on its stdout. */
  readonly mostBytes: number;
}

export const helperLimits: HelperLimits = { timeoutMs: 10_000, mostBytes: 64 * 1024 };

const running = new Set<ChildProcess>();

/**
 * Asks a helper program for a secret: the text that it prints, without one final line end. Guarantees: no shell reads the
 * command; the helper gets an environment of PATH and HOME and nothing of ours, no input, and `/` to stand in; its stderr
 * goes nowhere; it ends in time or is killed with all of its process group; no reason of a failure holds what it printed.
 *
 * Holes: the arguments can be seen by every user of the host while it runs. What it starts in a process group of its own
 * outlives it, and a server that is killed outright leaves it to its end. On Windows only the helper itself is killed.
 */
export function runHelper([command, ...given]: readonly [string, ...string[]], { timeoutMs, mostBytes }: HelperLimits = helperLimits): Promise<Found> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = start(command, given);
    } catch {
      resolve(missing("its helper could not be started"));
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    if (running.size === 0) process.once("exit", killAll);
    running.add(child);
    const end = (found: Found): void => {
      clearTimeout(timer);
      running.delete(child);
      if (running.size === 0) process.off("exit", killAll);
      child.removeAllListeners();
      child.stdout?.removeAllListeners();
      child.on("error", () => undefined);
      child.stdout?.on("error", () => undefined);
      for (const chunk of chunks) chunk.fill(0);
      resolve(found);
    };
    const fail = (reason: string): void => {
      killGroup(child);
      child.stdout?.destroy();
      end(missing(reason));
    };
    const timer = setTimeout(() => fail(`its helper did not end within ${timeoutMs / 1000} s`), timeoutMs);
    child.on("error", (error: NodeJS.ErrnoException) => fail(`its helper could not be started (${error.code ?? "unknown"})`));
    child.stdout?.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) fail(`its helper printed more than ${mostBytes / 1024} KiB`);
    });
    child.on("close", (code, signal) => {
      if (code !== 0) return fail(`its helper ended with ${code === null ? `signal ${signal ?? "unknown"}` : `exit code ${code}`}`);
      const whole = Buffer.concat(chunks);
      const text = whole.toString("utf8").replace(/\r?\n$/, "");
      whole.fill(0);
      end(text === "" ? missing("its helper printed nothing") : usable(text, "what its helper printed"));
    });
  });
}

function start(command: string, given: readonly string[]): ChildProcess {
  const env: NodeJS.ProcessEnv = {};
  for (const name of ["PATH", "HOME"]) if (process.env[name] !== undefined) env[name] = process.env[name];
  // A process group of its own, so that what it starts can be ended with it.
  const detached = process.platform !== "win32";
  return spawn(command, given, { cwd: "/", env, shell: false, detached, stdio: ["ignore", "pipe", "ignore"], windowsHide: true });
}

/** A server that ends leaves no helper behind. */
function killAll(): void {
  for (const child of running) killGroup(child);
}

function killGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    // Its number stays taken for as long as one of the group lives: it cannot have become another's.
    if (process.platform !== "win32") process.kill(-pid, "SIGKILL");
  } catch {
    // There is nobody left in it.
  }
  child.kill("SIGKILL");
}
