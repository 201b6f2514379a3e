import type { Resolved, TargetState } from "@postern/policy";
import { stat } from "./handle.ts";
import type { HeldPath } from "./held-path.ts";

/** What a resolved path is right now, for explanations of what a call would do. */
export function pathState({ held }: Resolved<HeldPath>): TargetState {
  if (held.type !== "missing") return { exists: held.type, ...(held.type === "file" && { bytes: Number(stat(held.handle).size) }) };
  const { place, problem } = held;
  if (problem !== "fs.not_found" || place === undefined) return { exists: "missing", problem };
  return { exists: "missing", missing: place.names };
}
