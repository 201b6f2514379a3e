import type { DenialCode, FailureCode, SymlinkStep } from "@postern/policy";
import { close, holdAgain, holdDirectory, holdEntry, isMissing, linkTarget, stat, type Handle } from "./handle.ts";
import { entryNameOf, type EntryName } from "./name.ts";
import { deepestPath, endsAsDirectory } from "./requested-path.ts";
import { absolutePath, type Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

/** As many links as the kernel follows, and as many parts as one path may come to with all of them spliced in. */
const mostHops = 40;
const mostSteps = 1024;

export interface Refusal {
  readonly outcome: "refused";
  readonly code: DenialCode;
  readonly rule: string;
  /** Canonical path below the root of what was refused, where it is known. */
  readonly relative?: string;
  readonly symlinks: readonly SymlinkStep[];
}

/** What is wanted of a way besides its end. */
export interface Wanted {
  /** The path is written as a directory's. */
  readonly mustBeDirectory: boolean;
  /** The entry itself: a symbolic link in the last place is what is wanted and is not followed. */
  readonly entry: boolean;
  /** That nothing stands there: it is asked for before anything is opened, for an error that is thrown takes longer. */
  readonly free?: boolean;
  /** Also where the entry stands or would stand: who changes entries acts on names in a held directory. */
  readonly place: boolean;
}

/**
 * Where an entry stands or would stand. The handle is what was reached, of what is missing; the root's own, which nobody
 * but the root closes; or whoever gets it closes it.
 */
export interface Place {
  readonly directory: Handle;
  /** Canonical path of the directory below the root. */
  readonly relative: string;
  /** The entry's name last; before it, the directories that would have to be made. */
  readonly names: readonly EntryName[];
}

/** Where the way ended: the object, or the deepest directory that exists when the rest does not. */
export interface Reached {
  readonly outcome: "reached";
  readonly handle: Handle;
  /** Canonical path of what `handle` holds. */
  readonly relative: string;
  readonly stat: ReturnType<typeof stat> | undefined;
  readonly missing?: { readonly relative: string; readonly problem: FailureCode };
  /** Absent where none was wanted, for the root itself, and where `..` follows a name that does not exist. */
  readonly place?: Place;
  readonly symlinks: readonly SymlinkStep[];
}

export type Descent = Refusal | Reached | { readonly outcome: "raced" };

/**
 * Walks from a root's handle down a path, one name at a time, each one looked up in the handle of the directory before
 * it. Guarantees that no name is looked up before the rules gave it, that nothing outside of the root is ever named to
 * the kernel, and that swapping names meanwhile changes which entry below the root is reached but never leads out:
 * links are read and spliced here, and `..` goes back to the handle that the walk came from (as POSIX reads it).
 * Holes: a directory that is itself moved out of the root while its handle is held still answers by that handle;
 * `prove` refuses the result then. Opening a mount point on the way may wait for a hung network file system.
 */
export function descend(root: Root, parts: readonly string[], wanted: Wanted, rules: EntryRules): Descent {
  const way = new Way(root, parts, wanted, rules);
  try {
    return way.walk();
  } finally {
    way.letGo();
  }
}

class Way {
  readonly #root: Root;
  readonly #rules: EntryRules;
  /** What is left, last part first. */
  readonly #rest: string[];
  /** Handles of the directories below the root, and the canonical paths of all names passed; equally long until a name is missing. */
  readonly #held: Handle[] = [];
  readonly #trail: string[] = [];
  readonly #symlinks: SymlinkStep[] = [];
  readonly #wanted: Wanted;
  #mustBeDirectory: boolean;
  #problem: FailureCode | undefined;
  /** Parts on top of `#rest` that came out of links, and whether the present one did. */
  #spliced = 0;
  #fromLink = false;
  /** `..` came after a name that does not exist: text can follow it, the kernel could not. */
  #climbed = false;

  constructor(root: Root, parts: readonly string[], wanted: Wanted, rules: EntryRules) {
    this.#root = root;
    this.#rules = rules;
    this.#rest = parts.toReversed();
    this.#wanted = wanted;
    this.#mustBeDirectory = wanted.mustBeDirectory;
  }

  walk(): Descent {
    for (let steps = 0; this.#rest.length > 0; steps++) {
      if (steps > mostSteps) return this.#refuse("path.invalid", "too-many-steps");
      this.#fromLink = this.#spliced > 0;
      if (this.#fromLink) this.#spliced -= 1;
      const ended = this.#step(this.#rest.pop() as string);
      if (ended !== undefined) return ended;
    }
    return this.#reach(undefined, undefined);
  }

  letGo(): void {
    for (const handle of this.#held) close(handle);
    this.#held.length = 0;
  }

  #step(part: string): Descent | undefined {
    if (part === "..") return this.#back();
    const name = entryNameOf(part);
    const above = this.#trail.at(-1);
    const relative = above === undefined ? part : `${above}/${part}`;
    if (name === undefined) return this.#refuse("path.invalid", "name-too-long");
    if (this.#root.aliases && /~\d/.test(name)) return this.#refuse("path.invalid", "short-name", relative);
    const verdict = this.#rules.verdict(relative, name);
    if (verdict !== undefined) return this.#refuse(codeOf[verdict.decision], verdict.rule, relative);
    if (this.#trail.length >= deepestPath) return this.#refuse("path.invalid", "too-deep", relative);
    if (this.#problem !== undefined) {
      this.#trail.push(relative);
      return undefined;
    }
    return this.#rest.length === 0 ? this.#leaf(name, relative) : this.#enter(name, relative);
  }

  #back(): Descent | undefined {
    if (this.#trail.length === 0) {
      if (this.#symlinks.length === 0) return this.#refuse("path.outside_root", "parent-traversal");
      return this.#refuseLink("symlink-escape");
    }
    if (this.#problem !== undefined) this.#climbed = true;
    const last = this.#held.length === this.#trail.length ? this.#held.pop() : undefined;
    if (last !== undefined) close(last);
    this.#trail.pop();
    return undefined;
  }

  #enter(name: EntryName, relative: string): Descent | undefined {
    try {
      this.#held.push(holdDirectory(this.#here(), name));
      this.#trail.push(relative);
      return undefined;
    } catch (error) {
      const code = errorCode(error);
      if (code !== "ENOTDIR" && code !== "ELOOP") return this.#absent(code, relative);
    }
    return this.#splice(name, relative);
  }

  #leaf(name: EntryName, relative: string): Descent | undefined {
    let handle: Handle | undefined;
    let found: ReturnType<typeof stat>;
    try {
      if (this.#wanted.free === true && isMissing(this.#here(), name)) return this.#absent("ENOENT", relative);
      handle = holdEntry(this.#here(), name);
      found = stat(handle);
    } catch (error) {
      if (handle !== undefined) close(handle);
      return this.#absent(errorCode(error), relative);
    }
    if (found.isDirectory()) {
      this.#held.push(handle);
      this.#trail.push(relative);
      return undefined;
    }
    if (found.isSymbolicLink() && !(this.#wanted.entry && !this.#mustBeDirectory)) {
      close(handle);
      return this.#splice(name, relative);
    }
    if (this.#mustBeDirectory && found.isFile()) {
      close(handle);
      return this.#absent("ENOTDIR", relative);
    }
    this.#trail.push(relative);
    return this.#reach(handle, found);
  }

  /** Puts a link's text in place of its name. */
  #splice(name: EntryName, relative: string): Descent | undefined {
    let target: string;
    try {
      target = linkTarget(this.#here(), name);
    } catch (error) {
      if (errorCode(error) !== "EINVAL") return { outcome: "raced" };
      return this.#notDirectory(name, relative);
    }
    this.#symlinks.push({ at: absolutePath(this.#root, relative), target, decision: "followed" });
    if (this.#symlinks.length > mostHops) return this.#refuseLink("symlink-loop", relative);
    if (target.startsWith("/")) return this.#refuseLink("symlink-absolute", relative);
    // The target's own bytes are lost: following the text would mean another name.
    if (target.includes("\ufffd")) return this.#refuseLink("symlink-encoding", relative);
    if (this.#rest.length === 0 && endsAsDirectory(target)) this.#mustBeDirectory = true;
    const parts = target.split("/").filter((part) => part !== "" && part !== ".");
    this.#rest.push(...parts.toReversed());
    this.#spliced += parts.length;
    return undefined;
  }

  /** Something that is neither a directory nor a link stands where a directory is needed; or it was swapped just now. */
  #notDirectory(name: EntryName, relative: string): Descent | undefined {
    try {
      const handle = holdEntry(this.#here(), name);
      let found: ReturnType<typeof stat>;
      try {
        found = stat(handle);
      } finally {
        close(handle);
      }
      if (found.isDirectory() || found.isSymbolicLink()) return { outcome: "raced" };
    } catch {
      return { outcome: "raced" };
    }
    return this.#absent("ENOTDIR", relative);
  }

  /** The rest of the way is text only: still bound by the rules, and still not to leave the root. */
  #absent(code: string, relative: string): Descent | undefined {
    if (code === "ELOOP" || code === "ESTALE") return { outcome: "raced" };
    this.#problem = problems[code] ?? "fs.io";
    // What is written there would be made where a link says, and not where the caller does.
    if (this.#wanted.place && this.#fromLink && this.#problem === "fs.not_found") return this.#refuseLink("symlink-dangling", relative);
    this.#trail.push(relative);
    return undefined;
  }

  #here(): Handle {
    return this.#held.at(-1) ?? this.#root.handle;
  }

  #reach(leaf: Handle | undefined, found: ReturnType<typeof stat> | undefined): Descent {
    const symlinks = this.#symlinks;
    const end = leaf === undefined ? this.#trail[this.#held.length - 1] : this.#trail.at(-1);
    const handle = leaf ?? this.#held.pop() ?? holdAgain(this.#root.handle);
    try {
      const missing = this.#problem === undefined ? undefined : { relative: this.#trail.at(-1) ?? "", problem: this.#problem };
      const place = this.#wanted.place ? this.#placeOf(handle, end ?? "", missing !== undefined) : undefined;
      return { outcome: "reached", handle, relative: end ?? "", stat: found, ...(missing && { missing }), ...(place && { place }), symlinks };
    } catch (error) {
      close(handle);
      throw error;
    }
  }

  /** The directory that holds what was reached; of what is missing, the deepest one that exists. */
  #placeOf(reached: Handle, relative: string, missing: boolean): Place | undefined {
    if (this.#climbed || (!missing && relative === "")) return undefined;
    const cut = missing ? relative : (relative.match(/^(.*)\//)?.[1] ?? "");
    const whole = missing ? (this.#trail.at(-1) ?? "") : relative;
    const names = (cut === "" ? whole : whole.slice(cut.length + 1)).split("/").map(entryNameOf);
    if (!names.every((name) => name !== undefined)) return undefined;
    return { directory: missing ? reached : (this.#held.pop() ?? this.#root.handle), relative: cut, names };
  }

  #refuse(code: DenialCode, rule: string, relative?: string): Refusal {
    return { outcome: "refused", code, rule, ...(relative !== undefined && { relative }), symlinks: this.#symlinks };
  }

  #refuseLink(rule: string, relative?: string): Refusal {
    const last = this.#symlinks.pop();
    if (last !== undefined) this.#symlinks.push({ ...last, decision: "denied" });
    return this.#refuse("path.symlink_escape", rule, relative);
  }
}

const codeOf = { protected: "path.protected", excluded: "path.excluded", cut: "path.outside_root" } as const;
const problems: Readonly<Record<string, FailureCode>> = {
  ENOENT: "fs.not_found",
  ENOTDIR: "fs.not_directory",
  EACCES: "fs.permission",
  EPERM: "fs.permission",
};

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
