import type { DenialCode, FailureCode } from "@postern/policy";
import type { Reached } from "./descend.ts";
import { foldCase } from "./fold.ts";
import { kernelPath, mountId, stat, type Handle } from "./handle.ts";
import { mountOf } from "./mount.ts";
import { isOwnFile } from "./own-files.ts";
import { absolutePath, below, type Root } from "./root.ts";
import type { EntryRules, Verdict } from "./rules.ts";

export type Proof =
  | { readonly outcome: "proven"; readonly relative: string; readonly type: "file" | "directory" | "symlink" | "missing"; readonly problem?: FailureCode }
  | { readonly outcome: "refused"; readonly code: DenialCode; readonly rule: string; readonly relative: string }
  | { readonly outcome: "raced" };

const tooLong = Symbol("too long");

/**
 * Proves the held object itself, by its handle and no name: what it is, which mount it lies on, that nobody else's name
 * for a file of ours was used, and that the kernel's own path for it is the root's plus the names that were walked.
 * One mount check at the end is enough: what lies beyond a crossing stays on another mount until `..` leads back to a
 * handle from before it.
 */
export function prove(root: Root, { handle, relative, stat: known, missing }: Reached, rules: EntryRules): Proof {
  const found = known ?? stat(handle);
  const isFile = found.isFile();
  // A link is reached only where the entry itself is wanted.
  const isLink = found.isSymbolicLink();
  if (!isFile && !isLink && !found.isDirectory()) return { outcome: "refused", code: "path.special_file", rule: "special-file", relative };
  if (mountId(handle) !== root.mount) {
    if (rules.option("mounts", relative) === "deny") return { outcome: "refused", code: "path.mount_crossing", rule: "mount-crossing", relative };
    const mount = mountOf(handle);
    if (mount.pseudo) return { outcome: "refused", code: "path.mount_crossing", rule: `pseudo-file-system:${mount.type}`, relative };
  }
  if (isFile) {
    const file = rules.fileDecision(relative, found);
    const name = relative.slice(relative.lastIndexOf("/") + 1);
    if (file === "protected" || isOwnFile(found, name, rules.source.own))
      return { outcome: "refused", code: "path.protected", rule: "protected:own", relative };
    if (file === "hardlink") return { outcome: "refused", code: "path.hardlink", rule: "hardlink", relative };
  }
  const spelled = kernelSpelling(root, handle, relative);
  if (spelled === tooLong) return { outcome: "refused", code: "path.invalid", rule: "too-long", relative };
  if (spelled === undefined) return { outcome: "raced" };
  if (spelled !== relative) {
    const verdict = verdictOn(spelled, rules);
    if (verdict !== undefined) return { outcome: "refused", code: "path.protected", rule: verdict.rule, relative: spelled };
  }
  if (missing === undefined) return { outcome: "proven", relative: spelled, type: isFile ? "file" : isLink ? "symlink" : "directory" };
  return { outcome: "proven", relative: missing.relative, type: "missing", problem: missing.problem };
}

/** The kernel's path below the root, where it is the walked one but for the case that the directory stores; else undefined. */
function kernelSpelling(root: Root, handle: Handle, relative: string): string | typeof tooLong | undefined {
  let kernel: string;
  try {
    kernel = kernelPath(handle);
  } catch (error) {
    // procfs cannot write out a path of more than a page, so nothing could be compared.
    if ((error as NodeJS.ErrnoException).code === "ENAMETOOLONG") return tooLong;
    throw error;
  }
  if (kernel === absolutePath(root, relative)) return relative;
  const inside = below(kernel, root.canonical);
  return inside !== undefined && foldCase(inside) === foldCase(relative) ? inside : undefined;
}

function verdictOn(relative: string, rules: EntryRules): Verdict | undefined {
  const names = relative.split("/");
  for (const [depth, name] of names.entries()) {
    const verdict = rules.verdict(names.slice(0, depth + 1).join("/"), name);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
