import { hash } from "node:crypto";
import type { ApprovalStep, DecisionRecord } from "./record.ts";
import type { BucketKey, SharedState } from "./shared-state.ts";

type Asker = Pick<DecisionRecord, "tenant" | "principal">;

/**
 * How many questions of one caller are open at once, on all servers that share the state. Guarantees that none is asked beyond
 * `most`, whichever server is asked; a question is open until an answer came, whichever, or until it has expired. Each caller has so many
 * rows beside the budgets, one for each question, so that an engine needs to know nothing of them.
 */
export class OpenQuestions {
  readonly #rows: SharedState["buckets"];
  #written = 0;

  constructor({ buckets }: Pick<SharedState, "buckets">) {
    this.#rows = buckets;
  }

  /** Forgets what an earlier transaction wrote. */
  start(): void {
    this.#written = 0;
  }

  /** Whether one question more is too many. `now` is in milliseconds. */
  barred(asker: Asker, step: ApprovalStep, now: number): { readonly code: "limit.busy"; readonly rule: string } | undefined {
    if (step.step !== "ask" || step.most === undefined || this.#free(asker, step.most, now) !== undefined) return undefined;
    return { code: "limit.busy", rule: "questions-open" };
  }

  take(asker: Asker, step: ApprovalStep, now: number): void {
    const name = nameOf(step.token);
    if (step.step === "ask") {
      const free = step.most === undefined ? undefined : this.#free(asker, step.most, now);
      if (free !== undefined) this.#put(free, name, now + step.lifeMs);
      return;
    }
    for (let place = 0; ; place += 1) {
      const key = keyOf(asker, place);
      const row = this.#rows.get(key);
      if (row === undefined) return;
      if (row.tokens === name) this.#put(key, 0, 0);
    }
  }

  /** How many rows the transaction touched. */
  finish(): number {
    return this.#written;
  }

  #free(asker: Asker, most: number, now: number): BucketKey | undefined {
    for (let place = 0; place < most; place += 1) {
      const key = keyOf(asker, place);
      const row = this.#rows.get(key);
      if (row === undefined || row.at <= now) return key;
    }
    return undefined;
  }

  /** `at` is when the question expires. */
  #put(key: BucketKey, tokens: number, at: number): void {
    this.#rows.put(key, { tokens, at });
    this.#written += 1;
  }
}

/** Places are filled from the first on, so that the first one without a row is behind the last. No account of a budget holds a bracket. */
function keyOf({ tenant, principal }: Asker, place: number): BucketKey {
  return { account: JSON.stringify([tenant, principal]), resource: "question", windowMs: place + 1 };
}

/** Enough of the token's digest to tell a caller's few questions apart, as a number that every engine keeps exactly. */
function nameOf(token: string): number {
  return hash("sha256", token, "buffer").readUIntBE(0, 6);
}
