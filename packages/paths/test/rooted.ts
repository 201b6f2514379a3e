import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { vi } from "vitest";
import type { PathAuthority } from "../src/authority.ts";
import { pathKind } from "../src/path-kind.ts";
import { ask, authorityOf, type Planted, plant, scopeOf } from "./planted.ts";

/** A planted tree whose `root` directory a card gives, and authority over directories in it. */
export interface Rooted extends Planted {
  /** Authority over a directory below the root; held until the end. */
  authority(relative?: string): PathAuthority;
}

export function rooted(entries: readonly string[], rules: Readonly<Record<string, unknown>> = {}, own: readonly string[] = []): Rooted {
  const tree = plant("root/", ...entries);
  const scope = scopeOf([{ path: tree.at("root"), ...rules }], { own: own.map((path) => tree.at(path)) });
  const resolutions: ReturnType<typeof ask>[] = [];
  return {
    path: tree.path,
    at: tree.at,
    authority(relative = "") {
      const resolution = ask(scope, tree.at(`root/${relative}`));
      resolutions.push(resolution);
      return authorityOf(resolution);
    },
    [Symbol.dispose]() {
      for (const resolution of resolutions) if (resolution.decision === "allow") pathKind.release(resolution);
      pathKind.close(scope);
      tree[Symbol.dispose]();
    },
  };
}

/** The signal of a caller who never cancels. */
export const patient = new AbortController().signal;

/**
 * The most milliseconds of this thread's own processor time between two turns of the event loop while `work` runs. Not
 * time on the clock: what other processes do to a busy machine is not the work's fault.
 */
export async function stallOf(work: () => Promise<unknown>): Promise<number> {
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let longest = 0;
  let last = used();
  const turn = (): void => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const ticker = setInterval(turn, 1);
  await work();
  turn();
  clearInterval(ticker);
  return longest;
}

/** A tree in memory where there is a place for one: for what a busy disk would make slow. */
export function rootedInMemory(entries: readonly string[]): Rooted {
  try {
    accessSync("/dev/shm", constants.W_OK);
    vi.stubEnv("TMPDIR", "/dev/shm");
  } catch {
    // The disk is as good, only slower.
  }
  try {
    return rooted(entries);
  } finally {
    vi.unstubAllEnvs();
  }
}

/** 100 directories of 499 files below the root: 50,000 entries. */
export function rootedFiftyThousand(content: (index: number) => string): Rooted {
  const tree = rootedInMemory([]);
  for (let directory = 0; directory < 100; directory += 1) {
    mkdirSync(tree.at(`root/d${directory}`));
    for (let file = 0; file < 499; file += 1) writeFileSync(tree.at(`root/d${directory}/f${file}`), content(directory * 499 + file));
  }
  return tree;
}
