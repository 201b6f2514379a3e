import { fileURLToPath } from "node:url";
import { parseRequested } from "./requested-path.ts";
import { below, type Root } from "./root.ts";

/** How a client root lies to one of our roots: it contains it, it is a place below it, or they have nothing in common. */
export type Narrowing = "whole" | { readonly below: readonly string[] } | undefined;

/**
 * Reads a root that the client announced, a `file:` URI or an absolute path, as text against one of our roots. Nothing
 * is looked up here, so a client learns nothing about places that no card gives.
 */
export function narrowing(announced: string, root: Root, home: string): Narrowing {
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
