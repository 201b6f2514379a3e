import { hash } from "node:crypto";
import type { SessionRow, SharedState } from "./shared-state.ts";
import type { Transaction } from "./transaction.ts";

/** Sessions that are over, removed with each new one. */
const removedAtOnce = 2;

/**
 * Whose a session is, for all servers that share the log, and for the next start. It proves nothing: whoever asks has
 * proven before who it is, and finds out whether the session is its own. Kept is a digest of the id, so that nobody takes a session from the file.
 *
 * Guarantees that a session whose `end` fulfilled is found by no server afterwards, and that no use of it brings it back. Hole: a power cut
 * right behind it may.
 *
 * All of it rejects with `EvidenceUnavailable` where the log cannot be read or written. Times are in milliseconds since the epoch.
 */
export interface SessionOwners {
  /** Remembers a session that begins. Those last used before `over` are forgotten in passing. */
  begin(id: string, session: SessionRow, over: number): Promise<void>;
  /** Undefined: there is none, or it was ended. Costs a read, not a transaction, so that it can be asked with each request. */
  find(id: string): Promise<SessionRow | undefined>;
  /** Remembers that a session was used, unless it was ended. */
  use(id: string, used: number): Promise<void>;
  end(id: string): Promise<void>;
}

export interface SessionAccess {
  /** Runs a piece of work in one transaction of the log. */
  within<Result>(work: (transaction: Transaction) => Result): Promise<Result>;
  /** Reads what is committed now; undefined: that cannot be told without a transaction. */
  look<Result>(read: (shared: SharedState) => Result): { readonly result: Result } | undefined;
}

export function sessionOwners({ within, look }: SessionAccess): SessionOwners {
  return {
    begin: (id, session, over) =>
      within(({ sessions }) => {
        sessions.sweep(over, removedAtOnce);
        sessions.put(digestOf(id), session);
      }),
    async find(id) {
      const key = digestOf(id);
      const seen = look(({ sessions }) => sessions.get(key));
      return seen === undefined ? within(({ sessions }) => sessions.get(key)) : seen.result;
    },
    use: (id, used) =>
      within(({ sessions }) => {
        const key = digestOf(id);
        const row = sessions.get(key);
        if (row !== undefined && row.used < used) sessions.put(key, { ...row, used });
      }),
    end: (id) => within(({ sessions }) => sessions.drop(digestOf(id))),
  };
}

function digestOf(id: string): Buffer {
  return hash("sha256", id, "buffer");
}
