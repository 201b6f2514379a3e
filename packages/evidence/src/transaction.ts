import type { Approvals } from "./approvals.ts";
import type { Budgets } from "./budgets.ts";
import type { Claims } from "./claims.ts";
import type { OpenQuestions } from "./open-questions.ts";
import type { SharedState } from "./shared-state.ts";
import type { Store } from "./store.ts";

/** A transaction as those see it who write into it. */
export interface Transaction {
  readonly store: Store;
  readonly budgets: Budgets;
  readonly claims: Claims;
  readonly sessions: SharedState["sessions"];
  readonly approvals: Approvals;
  readonly questions: OpenQuestions;
  /** Index of the boot leaf under which this process writes. */
  readonly boot: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Appends a leaf; tells its index. */
  append(body: Buffer): number;
}

/** Something that waits to be written. `write` may run several times until a transaction is committed; then `done` runs once. */
export interface Work {
  /** Has to outlast a power cut. */
  readonly full: boolean;
  /** May use the space that is kept back for a full disk: it ends something that began. */
  readonly ends: boolean;
  /** Not worth opening a database for. */
  readonly passive?: boolean;
  /** Reading of the monotonic clock after which it has waited too long. */
  readonly deadline: number;
  write(transaction: Transaction): void;
  done(): void;
  failed(error: Error): void;
}
