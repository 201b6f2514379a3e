import { entryNameOf } from "./name.ts";

/** A path as the caller wrote it, taken apart and otherwise left alone: nothing is decoded, trimmed or normalized. */
export interface RequestedPath {
  readonly absolute: boolean;
  /** Names and `..`, without empty parts and `.`. */
  readonly parts: readonly string[];
  /** It ends in a slash or `.`: only a directory will do. */
  readonly mustBeDirectory: boolean;
}

export interface Malformed {
  readonly rule: string;
  readonly why: string;
}

/** PATH_MAX of Linux in bytes, and the most parts that one request may have. */
export const longestPath = 4096;
export const deepestPath = 128;

/** Takes a path apart. `~` and `~/` stand for `home`, where there is one, and nothing else does; a backslash is a letter like any other. */
export function parseRequested(raw: string, home: string): RequestedPath | Malformed {
  if (raw.includes("\0")) return { rule: "nul", why: "contains a NUL character" };
  // The kernel would get U+FFFD instead: another name than the one that was checked.
  if (!raw.isWellFormed()) return { rule: "surrogate", why: "is not well-formed Unicode" };
  const text = home !== "" && (raw === "~" || raw.startsWith("~/")) ? home + raw.slice(1) : raw;
  if (text.length > longestPath || Buffer.byteLength(text) > longestPath) return { rule: "too-long", why: `is longer than ${longestPath} bytes` };
  const parts: string[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== ".." && entryNameOf(part) === undefined) return { rule: "name-too-long", why: "contains a name of more than 255 bytes" };
    parts.push(part);
  }
  if (parts.length > deepestPath) return { rule: "too-deep", why: `has more than ${deepestPath} parts` };
  return { absolute: text.startsWith("/"), parts, mustBeDirectory: endsAsDirectory(text) };
}

export function endsAsDirectory(text: string): boolean {
  return text.endsWith("/") || text === "." || text.endsWith("/.");
}

/** Whether the parts, read as text, never climb above where they start. */
export function staysBelow(parts: readonly string[]): boolean {
  let depth = 0;
  for (const part of parts) {
    depth += part === ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}
