import { readFileSync, readlinkSync } from "node:fs";
import { arch, pid, platform, version } from "node:process";

/** Who writes: enough to tell later whether that process still runs. Goes into the boot leaf. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: clock ticks between the machine's boot and the process's start; tells a reused pid apart. */
  readonly started?: number;
  /** Linux: id of the machine's boot. */
  readonly machine?: string;
  /** Linux: the namespace that the pid counts in. */
  readonly namespace?: string;
}

export function thisProcess(): ProcessIdentity {
  const started = startOf(pid);
  const machine = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim());
  const namespace = attempt(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid,
    ...(started === undefined ? {} : { started }),
    ...(machine === undefined ? {} : { machine }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** What the boot leaf tells about the program, for people. */
export function thisProgram(): Readonly<Record<string, string>> {
  return { arch, node: version, platform };
}

// far longer than any call may take
const abandonedAfterMs = 3_600_000;

/**
 * Whether a process is gone for certain, so that its open calls will never tell their outcome.
 *
 * Linux: certain on one machine and in one pid namespace, reused pids included. A process of another container cannot
 * be looked up: it counts as gone an hour after it opened its call. Elsewhere a reused pid is taken for the process.
 */
export function isGone(one: ProcessIdentity, here: ProcessIdentity, sinceMs: number): boolean {
  if (one.machine !== here.machine) return one.machine !== undefined && here.machine !== undefined;
  if (one.namespace !== here.namespace) return sinceMs > abandonedAfterMs;
  if (one.started !== undefined) return startOf(one.pid) !== one.started;
  return !runs(one.pid);
}

/** Field 22 of proc(5)'s `stat`. The name of the program, field 2, may hold spaces and parentheses. */
function startOf(of: number): number | undefined {
  const stat = attempt(() => readFileSync(`/proc/${of}/stat`, "latin1"));
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // a zombie has ended and waits to be collected
  return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
}

function runs(of: number): boolean {
  try {
    process.kill(of, 0);
    return true;
  } catch (error) {
    // it is there, and another user's
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
