import { hash } from "node:crypto";
import type { ApprovalStep } from "./record.ts";
import type { SharedState } from "./shared-state.ts";

/** Milliseconds for which it is known after its end what became of an approval; later it is one that never was. */
const keptMs = 24 * 3_600_000;
/** Approvals that are over, removed with each new one. */
const removedAtOnce = 2;

/** Why an approval does not let a call happen. */
export interface Barred {
  readonly code: "approval.declined" | "approval.replayed" | "approval.mismatch";
  readonly rule: string;
}

/**
 * What humans were asked, in the transactions of the decisions that it belongs to: of two processes that come with one
 * yes at once, one gets it. Guarantees that an approval lets one call happen, once, in time, and only the call that it was
 * asked for. A token is a reference to what stands here and carries nothing itself: one that was made up or changed names
 * nothing. Keeps digests only, so that nobody who reads the file has a token.
 *
 * Hole: whoever may write the evidence file may write an approval.
 */
export class Approvals {
  readonly #approvals: SharedState["approvals"];
  #written = 0;

  constructor({ approvals }: SharedState) {
    this.#approvals = approvals;
  }

  /** Forgets what an earlier transaction wrote. */
  start(): void {
    this.#written = 0;
  }

  /** Whether a step may be taken. Only a yes can be refused. `now` is in milliseconds. */
  barred(step: ApprovalStep, now: number): Barred | undefined {
    if (step.step !== "accept") return undefined;
    const row = this.#approvals.get(digestOf(step.token));
    if (row === undefined) return { code: "approval.mismatch", rule: "approval:unknown" };
    if (!row.bound.equals(digestOf(step.bound))) return { code: "approval.mismatch", rule: "approval:other-call" };
    if (row.ended !== null) return { code: "approval.replayed", rule: `approval:ended-by:${row.ended}` };
    return row.expires <= now ? { code: "approval.declined", rule: "approval:expired" } : undefined;
  }

  /** `call` is the one whose decision takes the step. Throws for a token that stands for a question already: what it was asked for is never exchanged. */
  take(step: ApprovalStep, call: string, now: number): void {
    const token = digestOf(step.token);
    const row = this.#approvals.get(token);
    if (step.step === "ask") {
      if (row !== undefined) throw new TypeError("the token is another question's");
      this.#approvals.sweep(now - keptMs, removedAtOnce);
      this.#approvals.put(token, { bound: digestOf(step.bound), expires: now + step.lifeMs, ended: null });
    } else if (row?.ended === null) this.#approvals.put(token, { ...row, ended: call });
    this.#written += 1;
  }

  /** How many approvals the transaction touched. */
  finish(): number {
    return this.#written;
  }
}

function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
