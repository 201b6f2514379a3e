import type { Resolved, TargetState } from "@postern/policy";
import { stat } from "./handle.ts";
import type { HeldPath } from "./held-path.ts";

/** What a resolved path is right now, for explanations of what a call would do. */
export function pathState({ held }: Resolved<HeldPath>): TargetState {
  if (held.type === "file" || held.type === "symlink") {
    const { dev, ino, size, mtimeNs, ctimeNs } = stat(held.handle);
    return { exists: held.type, ...(held.type === "file" && { bytes: Number(size) }), version: [dev, ino, size, mtimeNs, ctimeNs].join(" ") };
  }
  if (held.type === "directory") {
    const { dev, ino } = stat(held.handle);
    return { exists: "directory", version: `${dev} ${ino}` };
  }
  const { place, problem } = held;
  if (problem !== "fs.not_found" || place === undefined) return { exists: "missing", problem };
  return { exists: "missing", missing: place.names };
}
