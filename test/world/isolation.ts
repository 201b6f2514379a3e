import { spawnSync } from "node:child_process";

/** Every address of both families is this host's own in a network namespace that is set up so, and what listens on all of them hears of every connection to anywhere. */
const setUp = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo";
/** Without root, in a user namespace, where the system gives those. */
const kinds: readonly string[] = process.getuid?.() === 0 ? ["--net", "--mount"] : ["--user", "--map-root-user", "--net", "--mount"];

/** Arguments of unshare(1) that start a command there, after `prepare` (a line of sh). */
export function isolated(command: readonly string[], prepare = "true"): readonly string[] {
  return [...kinds, "sh", "-c", `${setUp} && ${prepare} && exec "$@"`, "sh", ...command];
}

/** Arguments of nsenter(1) that start a command in the namespaces of a process. */
export function beside(pid: number, command: readonly string[]): readonly string[] {
  const own = kinds.includes("--user") ? ["--user", "--preserve-credentials"] : [];
  return ["--target", String(pid), ...own, "--net", "--mount", "--", ...command];
}

/** What keeps tests that need such a namespace from running on this machine; empty: nothing. */
export const noIsolation =
  process.platform === "linux" && spawnSync("unshare", isolated(["nsenter", "--version"]), { stdio: "ignore" }).status === 0
    ? ""
    : " (skipped: no network namespaces here)";
