import { hash } from "node:crypto";
import type { SessionRow } from "./shared-state.ts";
import type { Transaction } from "./transaction.ts";

/** Sessions that are over, removed with each new one. */
const removedAtOnce = 2;

/**
 * Whose a session is, for all servers that share the log, and for the next start. It proves nothing: whoever asks has
 * proven before who it is, and finds out whether the session is its own. Kept is a digest of the id, so that nobody takes a session from the file.
 *
 * All of it rejects with `EvidenceUnavailable` where the log cannot be read or written.
 */
export interface SessionOwners {
  /** Remembers a session, or that it was used. `used` is in milliseconds since the epoch; those last used before `over` are forgotten in passing. */
  keep(id: string, session: SessionRow, over: number): Promise<void>;
  find(id: string): Promise<SessionRow | undefined>;
  end(id: string): Promise<void>;
}

/** `within` runs a piece of work in one transaction of the log. */
export function sessionOwners(within: <Result>(work: (transaction: Transaction) => Result) => Promise<Result>): SessionOwners {
  return {
    keep: (id, session, over) =>
      within(({ sessions }) => {
        sessions.sweep(over, removedAtOnce);
        sessions.put(digestOf(id), session);
      }),
    find: (id) => within(({ sessions }) => sessions.get(digestOf(id))),
    end: (id) => within(({ sessions }) => sessions.drop(digestOf(id))),
  };
}

function digestOf(id: string): Buffer {
  return hash("sha256", id, "buffer");
}
