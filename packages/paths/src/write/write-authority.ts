import { Failure } from "@postern/policy";
import { type HeldPath, problemText } from "../held-path.ts";

/**
 * Authority to change one entry below a root, minted after the decision was committed. It can do nothing by itself: the
 * functions of this module take it. Guarantees on Linux: what they change lies in the directory that was proven,
 * whatever other processes do to names meanwhile.
 */
export interface WriteAuthority {
  /** As the caller wrote it. */
  readonly requested: string;
  /** Absolute canonical path, for answers that speak of absolute paths. */
  readonly canonical: string;
  /** What stood there when the call was decided. */
  readonly type: "file" | "directory" | "symlink" | "missing";
}

interface Behind {
  readonly held: HeldPath;
  readonly argument: string;
}

const behind = new WeakMap<WriteAuthority, Behind>();

/** For `mint` only. */
export function bindWriteAuthority(authority: WriteAuthority, bound: Behind): void {
  behind.set(authority, bound);
}

/** What an authority stands on. Not exported from the package: handlers get no handles. */
export function boundTo(authority: WriteAuthority): Behind {
  const bound = behind.get(authority);
  if (bound === undefined) throw new Error("an authority that this package did not mint");
  if (bound.held.rules.source.access !== "write") throw new Error("an authority that was not decided for writing");
  return bound;
}

/** Refuses what cannot be made where it was asked for, with the reason that the way there gave. */
export function requireReachable({ place, type, problem }: HeldPath, parents: "must exist" | "may be missing"): void {
  if (type === "missing" && problem !== "fs.not_found") throw new Failure(problem, `${problemText(problem)} Nothing was changed.`);
  if (place === undefined || (parents === "must exist" && place.names.length > 1)) {
    throw new Failure("fs.not_found", "The parent directory does not exist; nothing was changed. create_directory makes it.");
  }
}
