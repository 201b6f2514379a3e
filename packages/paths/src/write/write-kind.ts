import type { Committed, Refused, Resolution, Resolved, TargetKind } from "@postern/policy";
import { linkTarget } from "../handle.ts";
import type { HeldPath } from "../held-path.ts";
import { pathKind } from "../path-kind.ts";
import { pathNeighbors } from "../path-neighbors.ts";
import type { PathScope, rootsShape } from "../path-scope.ts";
import { staysBelow } from "../requested-path.ts";
import { sweep } from "./sweep.ts";
import { type Clash, treeClash } from "./tree-clash.ts";
import { bindWriteAuthority, type WriteAuthority } from "./write-authority.ts";

/**
 * Entries below the roots of a card, for changing them. Resolution is that of `pathKind` and reads the same key of a
 * card; what it mints can change what it proved and nothing else. Operations: `file` (its content), `directory` (to make
 * one), `entry` (the name itself, a link not followed), `new-entry` and `new-file` (a name that must be free).
 */
export const writablePathKind: TargetKind<typeof rootsShape, string, PathScope, HeldPath, WriteAuthority> = {
  ...pathKind,
  mint,
  relate,
  tend: sweep,
  neighbors: (scope) => pathNeighbors(scope, "write"),
};

function mint({ held, record }: Resolved<HeldPath>, _committed: Committed): WriteAuthority {
  const authority: WriteAuthority = Object.freeze({ requested: record.raw, canonical: held.canonical, type: held.type });
  bindWriteAuthority(authority, { held, argument: record.argument });
  return authority;
}

/** A directory that moves takes everything in it along, and only both ends together tell whether it may. */
function relate(resolved: readonly Resolved<HeldPath>[], { signal }: { readonly signal: AbortSignal }): Resolution<HeldPath> | Promise<Resolution<HeldPath>> {
  const source = resolved.find(({ record }) => record.operation === "entry");
  const target = resolved.find(({ record }) => record.operation === "new-entry");
  const first = resolved[0] as Resolved<HeldPath>;
  if (source === undefined || target === undefined) return first;
  if (source.held.type === "symlink" && leavesFrom(source.held, target.held)) return refused(source, { code: "path.symlink_escape", rule: "symlink-moved" });
  if (source.held.type !== "directory") return first;
  return treeClash({ directory: source.held.handle, at: "from" }, { from: source.held, to: target.held }, signal).then((clash) =>
    clash === undefined ? first : refused(source, clash),
  );
}

/** Whether a link, read as text, leads out of the root from the place that it is moved to. A relative one means another place from there. */
function leavesFrom({ place: from }: HeldPath, { place: to }: HeldPath): boolean {
  const name = from?.names.at(-1);
  if (from === undefined || name === undefined || to === undefined) return false;
  const text = linkTarget(from.directory, name);
  const way = [...to.relative.split("/"), ...text.split("/")].filter((part) => part !== "" && part !== ".");
  return text.startsWith("/") || !staysBelow(way);
}

function refused({ record }: Resolved<HeldPath>, { code, rule }: Clash): Refused {
  const why =
    rule === "symlink-moved"
      ? "is a symbolic link that would lead out of the allowed directories from there"
      : code === "limit.input"
        ? "holds more entries than are looked through for one move; move parts of it"
        : "holds something that the card keeps back at one of both ends, so it is not moved as a whole; move what is allowed in it one by one";
  return {
    decision: "deny",
    code,
    rule,
    message: `${JSON.stringify(record.raw.slice(0, 200))} ${why}.`,
    record: { ...record, decision: "deny", code },
  };
}
