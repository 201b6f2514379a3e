import type { BucketKey, ClaimRow, SharedRows, SharedState } from "../src/shared-state.ts";

interface Tables {
  readonly buckets: ReadonlyMap<string, { readonly tokens: number; readonly at: number }>;
  readonly claims: ReadonlyMap<string, ClaimRow>;
}

/** What several servers share in memory: the smallest engine that keeps the contract, and shows that the rules need no SQL. */
export class MemoryState {
  #kept: Tables = { buckets: new Map(), claims: new Map() };
  #busy = false;

  /** A server's connection. */
  connect() {
    let open: { buckets: Map<string, { readonly tokens: number; readonly at: number }>; claims: Map<string, ClaimRow> } | undefined;
    const within = () => {
      if (open === undefined) throw new Error("not in a transaction");
      return open;
    };
    const rows = <Key, Row>(table: () => Map<string, Row>, name: (key: Key) => string): SharedRows<Key, Row> => ({
      get: (key) => table().get(name(key)),
      put: (key, row) => void table().set(name(key), row),
      drop: (key) => void table().delete(name(key)),
    });
    const state: SharedState = {
      buckets: rows(
        () => within().buckets,
        ({ account, resource, windowMs }: BucketKey) => JSON.stringify([account, resource, windowMs]),
      ),
      claims: {
        ...rows(
          () => within().claims,
          (key: Buffer) => key.toString("hex"),
        ),
        sweep(time, atMost) {
          const old = [...within().claims].filter(([, { at }]) => at < time).toSorted(([, one], [, other]) => one.at - other.at);
          for (const [key] of old.slice(0, atMost)) within().claims.delete(key);
        },
      },
    };
    return {
      state,
      begin: () => {
        if (this.#busy) throw new Error("another server is in a transaction");
        this.#busy = true;
        open = { buckets: new Map(this.#kept.buckets), claims: new Map(this.#kept.claims) };
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
      close: () => (open = undefined),
    };
  }
}
