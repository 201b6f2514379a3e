import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Committed, Resolution } from "@postern/policy";
import type { PathAuthority } from "../src/authority.ts";
import type { HeldPath } from "../src/held-path.ts";
import { pathKind } from "../src/path-kind.ts";
import type { PathScope } from "../src/path-scope.ts";

/** A real folder in the temp directory, on its canonical path. */
export interface Planted extends Disposable {
  readonly path: string;
  at(relative: string): string;
}

/**
 * Makes entries in the order written: `a/b` a file that holds its own name, `a/b = text` one with content, `d/` a
 * directory, `l => target` a symbolic link, `f == other` a hard link, `p |` a FIFO.
 */
export function plant(...entries: readonly string[]): Planted {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "postern-paths-")));
  const at = (relative: string): string => join(path, relative);
  for (const entry of entries) {
    const [left = "", right] = entry.split(/ (?:=>|==|=) /);
    const place = at(left.replace(/ \|$/, ""));
    if (left.endsWith("/")) {
      mkdirSync(place, { recursive: true });
      continue;
    }
    mkdirSync(dirname(place), { recursive: true });
    if (entry.includes(" => ")) symlinkSync((right ?? "").replaceAll("$TREE", path), place);
    else if (entry.includes(" == ")) linkSync(at(right ?? ""), place);
    else if (left.endsWith(" |")) execFileSync("mkfifo", [place]);
    else writeFileSync(place, right ?? left);
  }
  return { path, at, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export type WrittenRoot = { readonly path: string } & Record<string, unknown>;

export function scopeOf(
  roots: readonly WrittenRoot[],
  options: { readonly own?: readonly string[]; readonly home?: string; readonly route?: string } = {},
): PathScope {
  return pathKind.scope({ roots }, { route: options.route ?? "test", home: options.home ?? "/nowhere", base: "/", own: options.own ?? [], peers: [] });
}

export interface Asked {
  readonly operation?: string;
  readonly beside?: readonly PathScope[];
  readonly clientRoots?: readonly string[];
  readonly access?: "read" | "write";
}

export function ask(scope: PathScope, raw: string, { operation = "any", beside = [scope], access = "read", clientRoots }: Asked = {}): Resolution<HeldPath> {
  const signal = new AbortController().signal;
  const resolution = pathKind.resolve(raw, scope, { argument: "path", access, operation, beside, signal, ...(clientRoots && { clientRoots }) });
  if (resolution instanceof Promise) throw new Error("paths resolve at once");
  return resolution;
}

/** The outcome in one line, with everything released: `allow file a/b`, `deny path.protected protected:.env`. */
export function outcomeOf(scope: PathScope, raw: string, asked: Asked = {}): string {
  const resolution = ask(scope, raw, asked);
  if (resolution.decision === "deny") return `deny ${resolution.code} ${resolution.rule}`;
  const { type, relative } = resolution.held;
  pathKind.release(resolution);
  return `allow ${type} ${relative}`;
}

/** Stands for the proof that only the evidence package makes; these tests have no log. */
export const committed = { call: "test", log: "test", index: 0 } as unknown as Committed;

export function authorityOf(resolution: Resolution<HeldPath>): PathAuthority {
  if (resolution.decision === "deny") throw new Error(`denied: ${resolution.code} ${resolution.rule}`);
  return pathKind.mint(resolution, committed);
}

/** Without the files that tell of handles' mounts: a bounded number of those is kept open. */
export function openHandles(): number {
  return readdirSync("/proc/self/fd").filter((number) => !leadsTo(number).includes("/fdinfo/")).length;
}

function leadsTo(number: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${number}`);
  } catch {
    // The one that the list was read through.
    return "";
  }
}
