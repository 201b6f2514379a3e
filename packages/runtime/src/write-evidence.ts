import type { ApprovalStep, Claim, Decided, DecisionRecord, Foreseen, OutcomeRecord, Reservation, Settled } from "@postern/evidence";
import { EvidenceUnavailable, type EvidenceLog } from "@postern/evidence/unavailable";
import type { Committed } from "@postern/policy";
import { reportInternal } from "./report-internal.ts";
import { tellOperator } from "./tell-operator.ts";

/** Milliseconds between two complaints about the same fault. */
const complaintInterval = 10_000;

/** The log with its faults as values: what could not be committed is undefined, whatever was thrown. */
export interface EvidenceWriter {
  decide(record: DecisionRecord, reservation?: Reservation, claim?: Claim, approval?: ApprovalStep): Promise<Decided | undefined>;
  foresee(record: DecisionRecord, reservation?: Reservation, claim?: Claim): Promise<Foreseen | undefined>;
  settle(committed: Committed, outcome: OutcomeRecord): Promise<Settled | undefined>;
}

/** `scrub` takes secrets out of what is recorded. */
export function writerTo(log: EvidenceLog, scrub: <Value>(value: Value) => Value): EvidenceWriter {
  let complainedAt = Number.NEGATIVE_INFINITY;

  /** The operator has to hear of it, and once is enough while it lasts. */
  function complain(error: unknown): void {
    if (!(error instanceof EvidenceUnavailable)) reportInternal("evidence", error);
    if (performance.now() - complainedAt < complaintInterval) return;
    complainedAt = performance.now();
    const reason = error instanceof EvidenceUnavailable ? `: ${error.message}` : "";
    tellOperator(`postern: the evidence log cannot be written, calls are denied${reason}\n`);
  }

  function recovered(): void {
    if (complainedAt === Number.NEGATIVE_INFINITY) return;
    complainedAt = Number.NEGATIVE_INFINITY;
    tellOperator("postern: the evidence log is written again\n");
  }

  return {
    async decide(record, reservation, claim, approval) {
      try {
        const decided = await log.decide(scrub(record), reservation, claim, approval);
        recovered();
        return decided;
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async foresee(record, reservation, claim) {
      try {
        return await log.foresee(scrub(record), reservation, claim);
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    async settle(committed, outcome) {
      try {
        return await log.settle(committed, scrub(outcome));
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
  };
}
