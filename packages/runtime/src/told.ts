import type { Change, Redaction, TargetRecord } from "@postern/policy";
import type { Lanes } from "./lanes.ts";
import type { CallContext } from "./tool.ts";

/** What a handler tells of its call while it runs: the record of the outcome has it, however the call ends. */
export interface Told extends Pick<CallContext, "visible" | "found" | "scrub"> {
  /** What `scrub` took out. */
  scrubbed(): readonly Redaction[];
  changes(): readonly Change[];
  targets(): readonly TargetRecord[];
}

/** More are not kept: a handler that goes on without end must not fill the memory. */
const mostTargets = 256;

export function createTold(lanes: Lanes | undefined): Told {
  let changes: readonly Change[] = [];
  let secrets = 0;
  const targets: TargetRecord[] = [];
  return {
    visible: (all) => void (changes = all),
    found: (target) => void (targets.length < mostTargets && targets.push(target)),
    scrub(text) {
      if (lanes === undefined) return text;
      const scrubbed = lanes.take(text);
      secrets += scrubbed.count;
      return scrubbed.text;
    },
    scrubbed: () => (secrets === 0 ? [] : [{ kind: "lane", count: secrets }]),
    changes: () => changes,
    targets: () => targets,
  };
}
