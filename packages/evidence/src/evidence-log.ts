import type { Committed } from "@postern/policy";
import type { ApprovalStep, Claim, Decided, DecisionRecord, Foreseen, OutcomeRecord, Reservation, Settled } from "./record.ts";
import type { SessionOwners } from "./session-owners.ts";

/** The log as the guard sees it. */
export interface EvidenceLog {
  /** Name of this log in receipts. */
  readonly origin: string;
  /**
   * Commits the decision of one call, and takes its reservation in the same transaction. Where the budget does not
   * give it, the record that is committed is a denial `budget.exhausted` instead. Resolves only when the transaction
   * is committed at the durability that the record's effect asks for (read: NORMAL; write and irreversible: FULL, of a
   * write NORMAL where its card is `relaxed`; a denial: NORMAL, since nothing happens after it).
   * With a claim, its key is given to the call in the same transaction, or the record is a denial (`input.key_…`), or says
   * which call it repeats: that one's request was the same, and nothing may be done again.
   * With an approval, its step is taken in the same transaction; where a yes does not let the call happen, the record is a
   * denial (`approval.…`), and nothing else is taken.
   * Throws `EvidenceUnavailable` when nothing could be committed.
   */
  decide(record: DecisionRecord, reservation?: Reservation, claim?: Claim, approval?: ApprovalStep): Promise<Decided>;
  /**
   * What `decide` would say of reservation and claim if it were asked now. Takes and records nothing, and promises nothing.
   * Throws `EvidenceUnavailable`.
   */
  foresee(record: DecisionRecord, reservation?: Reservation, claim?: Claim): Promise<Foreseen>;
  /**
   * Commits the outcome of a decided call (irreversible: FULL), and what it took beyond its reservation. Where the budget
   * does not give that, the content must be held back: what leaves never adds up to more than the budget. The record of a
   * read then says `budget.exhausted`; what another effect changed has happened, and its record stays.
   * Throws `EvidenceUnavailable`; the call then stays unfinished.
   */
  settle(committed: Committed, outcome: OutcomeRecord): Promise<Settled>;
  /** Whose sessions are. Absent: each process knows only its own. */
  readonly sessions?: SessionOwners;
  /** Writes what is queued, checkpoints, closes. */
  close(): Promise<void>;
}

/** The log cannot be written now. The message says why, for the operator; callers get the code only. */
export class EvidenceUnavailable extends Error {
  override readonly name = "EvidenceUnavailable";
  readonly code = "evidence.unavailable";
}
