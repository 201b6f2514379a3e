import type { Bucket } from "@postern/policy";

/**
 * What the servers of one deployment have to share about calls, beyond each one's own log: how much of each budget is left,
 * which idempotency keys are given away, and whose a session is. It is rows under keys and nothing else: the rules over them
 * (`Budgets`, `Claims`, `SessionOwners`) are the same whatever engine keeps the rows, and the guard knows neither; it awaits
 * `EvidenceLog.decide` and `settle`.
 *
 * What an engine promises, and `shared-state.test.ts` asks of it:
 * - **One transaction.** All that is put and dropped between the begin of a transaction and its commit happens at the commit, or none
 *   of it. In SQLite that is the transaction which writes the decision or the outcome itself: no budget is taken for
 *   a decision that is not on record, and none is on record that took nothing.
 * - **Alone.** What was read stays so until the commit: nobody else puts or drops a row in between that was read here.
 *   Two calls that want the last of a budget, or the same key, come one after the other, on whichever servers.
 * - **What was put is what is got**, at once within the transaction, and by everybody after the commit, the death of the process or a restart included.
 * - **No clock.** Times are the caller's, milliseconds since the epoch; an engine compares none with its own. Servers that
 *   share state share it under clocks that differ: `takeFrom` gives nothing twice to one that is behind.
 * - **Again is the same.** To put the same row twice, or drop what is not there, changes nothing: a transaction may run again.
 * - **No answer is a failure.** What cannot be read or written throws. Nothing is ever taken for absent because it could not be asked for.
 *
 * Everything here is synchronous, since it runs between the statements of one SQLite transaction. An engine that
 * answers later (PostgreSQL) locks and reads the rows before (`SELECT … FOR UPDATE`), which it can: a call names every key that its
 * decision touches before it is decided. It hands these rows to the same rules, and writes back what they put in the same transaction.
 *
 * What is not here: loops, which each process watches for itself.
 */
export interface SharedState {
  readonly buckets: SharedRows<BucketKey, Bucket>;
  readonly claims: SharedRows<Buffer, ClaimRow> & Sweeping;
  readonly sessions: SharedRows<Buffer, SessionRow> & Sweeping;
  readonly approvals: SharedRows<Buffer, ApprovalRow> & Sweeping;
}

export interface SharedRows<Key, Row> {
  get(key: Key): Row | undefined;
  put(key: Key, row: Row): void;
  drop(key: Key): void;
}

export interface Sweeping {
  /** Drops the oldest rows from before `time`, so many at most. */
  sweep(time: number, atMost: number): void;
}

export interface BucketKey {
  /** Whose it is; ids of owners, principals, tenants and lanes never meet. */
  readonly account: string;
  readonly resource: string;
  readonly windowMs: number;
}

/** A key that was given to a call; the row's own key is its digest. Its indexes are those of the one log that all who share the rows write. */
export interface ClaimRow {
  /** SHA-256 of the request that the key stands for. */
  readonly request: Buffer;
  readonly call: string;
  /** Index of the call's decision. */
  readonly seq: number;
  /** Index of the boot leaf of the process that has it. */
  readonly boot: number;
  readonly at: number;
  readonly state: "open" | "done" | "unknown";
  readonly status: number | null;
  readonly failure: string | null;
}

/** What a handshake over HTTP left behind; its key is the digest of the session's id. */
export interface SessionRow {
  /** The principal that it belongs to, with its tenant. */
  readonly owner: string;
  readonly client: string | null;
  readonly protocol: string | null;
  /** The client can ask its user. */
  readonly asks: boolean;
  /** When it was used last, as far as it was told. */
  readonly used: number;
}

/** A question to a human; its key is the digest of its token. */
export interface ApprovalRow {
  /** SHA-256 of all that the call is which a yes lets happen. */
  readonly bound: Buffer;
  readonly expires: number;
  /** The call that used the yes up, or that ended without one; null: it is open. */
  readonly ended: string | null;
}
