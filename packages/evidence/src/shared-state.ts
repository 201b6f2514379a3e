import type { Bucket } from "@postern/policy";

/**
 * What the servers of one deployment have to share about calls, beyond each one's own log: how much of each budget is left,
 * which idempotency keys are given away, whose a session is and whether it stands, and which questions to humans are open. It is rows
 * under keys and nothing else: the rules over them (`Budgets`, `Claims`, `SessionOwners`, `Approvals`) are the same whatever engine keeps the
 * rows, and the guard knows neither; it awaits `EvidenceLog.decide` and `settle`.
 *
 * What an engine promises, and `shared-state.test.ts` asks of it:
 * - **One transaction.** All that is put and dropped between the begin of a transaction and its commit happens at the commit, or none
 *   of it. In SQLite that is the transaction which writes the decision or the outcome itself: no budget is taken for
 *   a decision that is not on record, and none is on record that took nothing.
 * - **Alone.** What was read in a transaction stays so until its commit, also that there was nothing: nobody else puts or drops a row in between.
 *   Two calls that want the last of a budget, the same key or the same yes come one after the other, on whichever servers.
 * - **What was put is what is got**, at once within the transaction, and by everybody after the commit, the death of the process or a restart included.
 * - **Between transactions** a row can be got as it was committed last, without waiting for anybody. Requests ask so whether their session stands.
 * - **No clock.** Times are the caller's, milliseconds since the epoch; an engine compares none with its own. Servers that
 *   share state share it under clocks that differ: `takeFrom` gives nothing twice to one that is behind. How long a yes, a key or a session
 *   holds differs by as much; who needs one clock hands the rules that of the engine.
 * - **Again is the same.** To put the same row twice, or drop what is not there, changes nothing: a transaction may run again.
 * - **No answer is a failure.** What cannot be read or written throws. Nothing is ever taken for absent because it could not be asked for.
 *
 * Everything here is synchronous, since it runs between the statements of one SQLite transaction. An engine that answers later (PostgreSQL) locks and
 * reads the rows before, hands them to the same rules, and writes back what these put, in one transaction of its own. It can:
 * a decision and an outcome name every key that they touch beforehand, and sweeps only drop. What SQLite's one writer gives for nothing, it has to see to:
 * - A row that is not there cannot be locked by `SELECT … FOR UPDATE`: two first calls under one key would both find nothing. What is locked is the
 *   key (`pg_advisory_xact_lock`), or the row is put first and its constraint decides. All servers lock in one order.
 * - The record stands in the server's own log, outside of that transaction. The state is committed before it: a death in between leaves a budget
 *   taken, a key given away or a yes used up by a call that never began, and never the opposite.
 * - A claim names its call by indexes of the one log that all write, and `Claims` reads there which process has it. Servers with logs of
 *   their own need the log's name in the row, and a lease instead of a process that can be looked for.
 *
 * What is not here. What bounds one process is counted by each for itself: calls that run and wait, requests, connections, open questions, sessions of one
 * owner. So are loops. What runs is its process's own: a question within a session is answered, and a call cancelled by its id, on the
 * server where it waits; only the end of a session reaches it from another one. The policy in force, keys of issuers and what a
 * tool keeps of documents are each server's copies.
 */
export interface SharedState {
  readonly buckets: SharedRows<BucketKey, Bucket>;
  readonly claims: SharedRows<Buffer, ClaimRow> & Sweeping;
  readonly sessions: SharedRows<Buffer, SessionRow> & Sweeping;
  readonly approvals: SharedRows<Buffer, ApprovalRow> & Sweeping;
}

export interface SharedRows<Key, Row> {
  get(key: Key): Row | undefined;
  /** Only within a transaction, like `drop`. */
  put(key: Key, row: Row): void;
  drop(key: Key): void;
}

export interface Sweeping {
  /** Drops the oldest rows from before `time`, so many at most. Only within a transaction. */
  sweep(time: number, atMost: number): void;
}

export interface BucketKey {
  /** Whose it is; ids of owners, principals, tenants and lanes never meet. */
  readonly account: string;
  readonly resource: string;
  readonly windowMs: number;
}

/** A key that was given to a call; the row's own key is its digest. */
export interface ClaimRow {
  /** SHA-256 of the request that the key stands for. */
  readonly request: Buffer;
  readonly call: string;
  /** Index of the call's decision, in the one log that all who share the rows write. */
  readonly seq: number;
  /** Index there of the boot leaf of the process that has it. */
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
