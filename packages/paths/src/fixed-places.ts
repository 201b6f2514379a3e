import { lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { DenialCode } from "@postern/policy";
import { foldPath } from "./fold.ts";
import type { PathScope } from "./path-scope.ts";
import { below, type Root } from "./root.ts";

/** As many as the kernel follows on one way. */
const mostLinks = 40;

/**
 * The symbolic links that an operator's path leads through, each by the canonical path of the directory that it stands
 * in. Whoever could rename one of them could put another policy, another log or another root in its place.
 */
export function linksOnTheWay(path: string): readonly string[] {
  const links: string[] = [];
  let at = "/";
  const ahead = path.split("/");
  while (ahead.length > 0 && links.length < mostLinks) {
    const part = ahead.shift() as string;
    if (part === "" || part === ".") continue;
    const next = join(at, part);
    const text = part === ".." ? undefined : linkText(next);
    if (text === undefined) {
      at = next;
      continue;
    }
    links.push(next);
    if (text.startsWith("/")) at = "/";
    ahead.unshift(...text.split("/"));
  }
  return links;
}

function linkText(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // It need not exist yet.
    return undefined;
  }
}

/**
 * Why an entry must keep its name, whatever the rules of its card: at it or below it stands something of ours, a root of
 * any card, or a link on the way to one of them.
 */
export function fixedPlace(canonical: string, root: Root, scope: PathScope): { readonly code: DenialCode; readonly rule: string } | undefined {
  const place = root.aliases ? foldPath : (path: string): string => path;
  const entry = place(canonical);
  const held = (path: string): boolean => below(place(path), entry) !== undefined;
  if (scope.own.paths.some(held) || scope.own.links.some(held)) return { code: "path.protected", rule: "protected:own" };
  for (const one of rootsAround(scope)) {
    if (!held(one.root.canonical) && !one.links.some(held)) continue;
    return { code: "path.outside_root", rule: place(one.root.canonical) === entry ? "root-itself" : "tree:root" };
  }
  return undefined;
}

/** Which roots of all cards a place lies in, as one comparable text: a move between two different sets changes what governs. */
export function rootsOver(canonical: string, scope: PathScope): string {
  const over = new Set<string>();
  for (const { root } of rootsAround(scope)) if (below(canonical, root.canonical) !== undefined) over.add(root.canonical);
  return [...over].toSorted().join("\0");
}

function* rootsAround(scope: PathScope): Generator<PathScope["roots"][number]> {
  for (const peer of scope.peers.length === 0 ? [scope] : scope.peers) yield* peer.roots;
}
