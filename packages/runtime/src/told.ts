import type { Change, TargetRecord } from "@postern/policy";
import type { CallContext } from "./tool.ts";

/** What a handler tells of its call while it runs: the record of the outcome has it, however the call ends. */
export interface Told extends Pick<CallContext, "visible" | "found"> {
  changes(): readonly Change[];
  targets(): readonly TargetRecord[];
}

/** More are not kept: a handler that goes on without end must not fill the memory. */
const mostTargets = 256;

export function createTold(): Told {
  let changes: readonly Change[] = [];
  const targets: TargetRecord[] = [];
  return {
    visible: (all) => void (changes = all),
    found: (target) => void (targets.length < mostTargets && targets.push(target)),
    changes: () => changes,
    targets: () => targets,
  };
}
