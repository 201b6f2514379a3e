import { fileURLToPath } from "node:url";
import { parseRequested } from "./requested-path.ts";
import { below, type Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

/** Milliseconds for which the places that a list of announced roots leads to are not looked up again. */
const freshFor = 1_000;

interface Places {
  readonly at: number;
  /** Proven places relative to our root; `""` is all of it. */
  readonly given: ReadonlySet<string>;
}

const known = new WeakMap<readonly string[], WeakMap<EntryRules, Places>>();

/**
 * What a client's list leaves of one of our roots. `find` walks a place below our root and says where it was proven to
 * lie. Kept for a second by the list's identity, since a list may be long and calls are many: a directory that is made
 * or moved meanwhile counts from the next second on. That can only concern which part of the card's own root is left.
 */
export function givenPlaces(
  announced: readonly string[],
  { root, rules, home }: { readonly root: Root; readonly rules: EntryRules; readonly home: string },
  find: (parts: readonly string[]) => string | undefined,
): ReadonlySet<string> {
  let byRules = known.get(announced);
  if (byRules === undefined) known.set(announced, (byRules = new WeakMap()));
  const now = performance.now();
  const before = byRules.get(rules);
  if (before !== undefined && now - before.at < freshFor) return before.given;
  const given = new Set<string>();
  for (const one of announced) {
    const narrowed = narrowing(one, root, home);
    const place = narrowed === undefined ? undefined : narrowed === "whole" ? "" : find(narrowed.below);
    if (place !== undefined) given.add(place);
    if (place === "") break;
  }
  byRules.set(rules, { at: now, given });
  return given;
}

/** How a client root lies to one of our roots: it contains it, it is a place below it, or they have nothing in common. */
type Narrowing = "whole" | { readonly below: readonly string[] } | undefined;

/**
 * Reads a root that the client announced, a `file:` URI or an absolute path, as text against one of our roots. Nothing
 * is looked up here, so a client learns nothing about places that no card gives.
 */
function narrowing(announced: string, root: Root, home: string): Narrowing {
  const path = announced.startsWith("file:") ? pathOfUri(announced) : announced;
  if (path === undefined) return undefined;
  const parsed = parseRequested(path, home);
  if ("rule" in parsed || !parsed.absolute) return undefined;
  const clean = `/${parsed.parts.join("/")}`;
  for (const spelled of [root.canonical, root.configured]) {
    if (below(spelled, clean) !== undefined) return "whole";
    const inside = below(clean, spelled);
    if (inside !== undefined) return { below: inside.split("/") };
  }
  return undefined;
}

function pathOfUri(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
