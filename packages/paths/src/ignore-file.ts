import { readFileSync } from "node:fs";
import { IgnoreChain } from "./gitignore.ts";
import { close, type Handle, holdAgain, holdDirectory, holdEntry, reopenForReading, stat } from "./handle.ts";
import { entryNameOf, gitignoreName as fileName } from "./name.ts";
import type { EntryRules } from "./rules.ts";

/** Bytes; a larger file is no list that a person keeps. */
const largest = 256 * 1024;

/**
 * The text of a directory's .gitignore; undefined: there is none that may be read. Guarantees the same as any other
 * read below the root: a regular file, not a link, nothing that the rules keep back.
 */
export function readIgnoreFile(directory: Handle, canonical: string, rules: EntryRules): string | undefined {
  const relative = canonical === "" ? fileName : `${canonical}/${fileName}`;
  if (rules.entryDecision(relative, fileName) !== "give") return undefined;
  const held = attempt(() => holdEntry(directory, fileName));
  if (held === undefined) return undefined;
  try {
    const found = stat(held);
    if (!found.isFile() || found.size > largest || rules.fileDecision(relative, found) !== "give") return undefined;
    return attempt(() => {
      const open = reopenForReading(held);
      try {
        return readFileSync(open, "utf8");
      } finally {
        close(open);
      }
    });
  } finally {
    close(held);
  }
}

/** One .gitignore above the directory where a walk begins. */
export interface InheritedIgnore {
  /** Canonical path below the root of the directory that it lies in. */
  readonly at: string;
  readonly text: string;
}

/** The .gitignore files from the root down to a directory, that directory's own left out. */
export function inheritedIgnores(root: Handle, relative: string, rules: EntryRules): readonly InheritedIgnore[] {
  const inherited: InheritedIgnore[] = [];
  const parts = relative === "" ? [] : relative.split("/");
  let directory: Handle | undefined = holdAgain(root);
  try {
    for (const [index, part] of parts.entries()) {
      const at = parts.slice(0, index).join("/");
      const text = readIgnoreFile(directory, at, rules);
      if (text !== undefined) inherited.push({ at, text });
      const name = entryNameOf(part);
      const above: Handle = directory;
      directory = undefined;
      const next: Handle | undefined = name === undefined ? undefined : attempt(() => holdDirectory(above, name));
      close(above);
      // Somebody moved it while we looked: the files below it stay unread, and fewer entries are passed over.
      if (next === undefined) return inherited;
      directory = next;
    }
    return inherited;
  } finally {
    if (directory !== undefined) close(directory);
  }
}

export function ignoreChain(inherited: readonly InheritedIgnore[]): IgnoreChain {
  let chain = IgnoreChain.empty();
  for (const { at, text } of inherited) chain = chain.below(at, text);
  return chain;
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
