import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

/**
 * Who made a temporary: `<machine and pid namespace>-<pid>-<start>-<nonce>`, in the name or text of the temporary itself,
 * so that whoever finds it later can tell whether its maker still runs.
 */
const form = /^([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}$/;

/** Milliseconds after which a temporary of a process that cannot be looked up belongs to nobody: far longer than a call may take. */
const abandonedAfter = 600_000;

interface Here {
  /** Of this boot of the machine and this pid namespace. */
  readonly domain: string;
  readonly started: number;
  /** Milliseconds since the epoch at which the machine booted. */
  readonly boot: number;
}

let known: Here | undefined;

function here(): Here {
  known ??= {
    domain: createHash("sha256")
      .update(`${readFileSync("/proc/sys/kernel/random/boot_id", "latin1")} ${readlinkSync("/proc/self/ns/pid")}`)
      .digest("hex")
      .slice(0, 8),
    started: startOf(process.pid) ?? 0,
    boot: Date.now() - Number(readFileSync("/proc/uptime", "latin1").split(" ", 1)[0]) * 1_000,
  };
  return known;
}

const start = randomBytes(3).toString("hex");
let serial = 0;

/** A name for this process that no two calls share. */
export function ownerText(): string {
  const { domain, started } = here();
  serial = (serial + 1) % 0x1000000;
  return `${domain}-${process.pid}-${started}-${start}${serial.toString(16).padStart(6, "0")}`;
}

/**
 * Whether the maker of a temporary is gone for certain. `modified` is the temporary's own time, in milliseconds. A
 * process of another container cannot be looked up: what it made counts as nobody's after ten minutes, and what is older
 * than this machine's boot at once.
 */
export function isAbandoned(owner: string, modified: number): boolean {
  const [, domain, pid, started] = form.exec(owner) ?? [];
  const ours = here();
  if (domain !== ours.domain) return modified < ours.boot || Date.now() - modified > abandonedAfter;
  return startOf(Number(pid)) !== Number(started);
}

/** Field 22 of proc(5)'s `stat`, in clock ticks; undefined: no such process, or one that ended and waits to be collected. */
function startOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
}
