import type { Bucket } from "@postern/policy";
import type { ApprovalRow, BucketKey, ClaimRow, SessionRow, SharedRows, SharedState } from "../src/shared-state.ts";

interface Tables {
  readonly buckets: Map<string, Bucket>;
  readonly claims: Map<string, ClaimRow>;
  readonly sessions: Map<string, SessionRow>;
  readonly approvals: Map<string, ApprovalRow>;
}

/** What several servers share in memory: the smallest engine that keeps the contract, and shows that the rules need no SQL. */
export class MemoryState {
  #kept: Tables = { buckets: new Map(), claims: new Map(), sessions: new Map(), approvals: new Map() };
  #busy = false;

  /** A server's connection. */
  connect() {
    let open: Tables | undefined;
    let closed = false;
    const within = () => {
      if (open === undefined) throw new Error("not in a transaction");
      return open;
    };
    const seen = () => {
      if (closed) throw new Error("not open");
      return open ?? this.#kept;
    };
    const rows = <Key, Row>(table: (tables: Tables) => Map<string, Row>, name: (key: Key) => string): SharedRows<Key, Row> => ({
      get: (key) => table(seen()).get(name(key)),
      put: (key, row) => void table(within()).set(name(key), row),
      drop: (key) => void table(within()).delete(name(key)),
    });
    const state: SharedState = {
      buckets: rows(
        ({ buckets }) => buckets,
        ({ account, resource, windowMs }: BucketKey) => JSON.stringify([account, resource, windowMs]),
      ),
      claims: {
        ...rows(({ claims }) => claims, inHex),
        sweep: (time, atMost) => swept(within().claims, ({ at }) => at, time, atMost),
      },
      sessions: {
        ...rows(({ sessions }) => sessions, inHex),
        sweep: (time, atMost) => swept(within().sessions, ({ used }) => used, time, atMost),
      },
      approvals: {
        ...rows(({ approvals }) => approvals, inHex),
        sweep: (time, atMost) => swept(within().approvals, ({ expires }) => expires, time, atMost),
      },
    };
    return {
      state,
      begin: () => {
        if (this.#busy) throw new Error("another server is in a transaction");
        this.#busy = true;
        const { buckets, claims, sessions, approvals } = this.#kept;
        open = { buckets: new Map(buckets), claims: new Map(claims), sessions: new Map(sessions), approvals: new Map(approvals) };
      },
      commit: () => {
        this.#kept = within();
        open = undefined;
        this.#busy = false;
      },
      rollback: () => {
        open = undefined;
        this.#busy = false;
      },
      close: () => {
        open = undefined;
        closed = true;
      },
    };
  }
}

function inHex(key: Buffer): string {
  return key.toString("hex");
}

function swept<Row>(table: Map<string, Row>, timeOf: (row: Row) => number, time: number, atMost: number): void {
  const old = [...table].filter(([, row]) => timeOf(row) < time).toSorted(([, one], [, other]) => timeOf(one) - timeOf(other));
  for (const [key] of old.slice(0, atMost)) table.delete(key);
}
