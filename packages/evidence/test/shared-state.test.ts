import { describe, expect, onTestFinished, test } from "vitest";
import { join } from "node:path";
import { Budgets } from "../src/budgets.ts";
import type { ClaimRow, SessionRow, SharedState } from "../src/shared-state.ts";
import { sqliteSharedState } from "../src/sqlite-shared-state.ts";
import { openStore } from "../src/store.ts";
import { MemoryState } from "./memory-state.ts";
import { calls } from "./samples.ts";
import { scratch } from "./scratch.ts";

/** One server's connection to the state, and its transactions. */
interface Server {
  readonly state: SharedState;
  begin(): void;
  commit(): void;
  rollback(): void;
  close(): void;
}

/** An engine: makes a state that is shared by all who connect to it. */
interface Engine {
  readonly name: string;
  make(): () => Server;
}

const sqlite: Engine = {
  name: "SQLite",
  make() {
    const file = join(scratch(), "evidence.db");
    return () => {
      const store = openStore(file, 0);
      onTestFinished(() => store.close());
      if (store.leaf(0) === undefined) store.append(Buffer.from("{}"));
      return {
        state: sqliteSharedState(store.database),
        begin: () => store.begin(false),
        commit: () => store.commit(),
        rollback: () => store.rollback(),
        close: () => store.close(),
      };
    };
  },
};

const memory: Engine = {
  name: "memory",
  make() {
    const state = new MemoryState();
    return () => state.connect();
  },
};

const bucket = { account: "acme", resource: "calls", windowMs: 60_000 };
const key = (name: string): Buffer => Buffer.alloc(32, name);
const row = (at: number, more: Partial<ClaimRow> = {}): ClaimRow => {
  const made: ClaimRow = { request: key("r"), call: "c", seq: 0, boot: 0, at, state: "open", status: null, failure: null };
  return { ...made, ...more };
};

const session = (used: number): SessionRow => ({ owner: "acme/ada", client: "agent 1", protocol: null, asks: true, used });

function within<Result>(server: Server, work: (state: SharedState) => Result): Result {
  server.begin();
  const result = work(server.state);
  server.commit();
  return result;
}

describe.each([sqlite, memory])("state that servers share, kept by $name (B2)", ({ make }) => {
  test("what was put is got, at once and by every server after the commit, down to the fraction of a token", () => {
    const connect = make();
    const [one, other] = [connect(), connect()];
    const done = row(5, { state: "done", status: 201, failure: "net.status" });
    within(one, ({ buckets, claims, sessions }) => {
      buckets.put(bucket, { tokens: -0.1 + 1 / 3, at: 12.5 });
      sessions.put(key("s"), session(7));
      claims.put(key("a"), done);
      expect(buckets.get(bucket)).toEqual({ tokens: -0.1 + 1 / 3, at: 12.5 });
      expect(claims.get(key("a"))).toEqual(done);
    });
    one.close();
    expect(within(other, ({ buckets, claims }) => [buckets.get(bucket), claims.get(key("a"))])).toEqual([{ tokens: -0.1 + 1 / 3, at: 12.5 }, done]);
    const third = connect();
    expect(within(third, ({ sessions }) => [sessions.get(key("s")), sessions.get(key("a"))])).toEqual([session(7), undefined]);
    within(third, ({ sessions }) => sessions.drop(key("s")));
    expect(within(other, ({ sessions }) => sessions.get(key("s")))).toBeUndefined();
  });

  test("all of a transaction happens, or none of it", () => {
    const connect = make();
    const [one, other] = [connect(), connect()];
    within(one, ({ buckets }) => buckets.put(bucket, { tokens: 9, at: 1 }));
    one.begin();
    one.state.buckets.put(bucket, { tokens: 1, at: 2 });
    one.state.claims.put(key("a"), row(1));
    one.rollback();
    expect(within(other, ({ buckets, claims }) => [buckets.get(bucket), claims.get(key("a"))])).toEqual([{ tokens: 9, at: 1 }, undefined]);
  });

  test("nobody comes between what a transaction read and what it writes", () => {
    const connect = make();
    const [one, other] = [connect(), connect()];
    one.begin();
    expect(one.state.buckets.get(bucket)).toBeUndefined();
    expect(() => other.begin()).toThrow(/locked|another server/);
    one.state.buckets.put(bucket, { tokens: 1, at: 1 });
    one.commit();
    expect(within(other, ({ buckets }) => buckets.get(bucket))).toEqual({ tokens: 1, at: 1 });
  });

  test("the same again changes nothing, and what is not there can be dropped", () => {
    const server = make()();
    const states = [1, 2].map(() =>
      within(server, ({ buckets, claims }) => {
        buckets.put(bucket, { tokens: 3, at: 3 });
        claims.put(key("a"), row(1));
        claims.drop(key("b"));
        buckets.drop({ ...bucket, resource: "bytes" });
        return [buckets.get(bucket), claims.get(key("a")), claims.get(key("b"))];
      }),
    );
    expect(states[0]).toEqual(states[1]);
    expect(
      within(server, ({ buckets, claims }) => {
        buckets.drop(bucket);
        claims.drop(key("a"));
        return [buckets.get(bucket), claims.get(key("a"))];
      }),
    ).toEqual([undefined, undefined]);
  });

  test("accounts, resources and windows are each their own", () => {
    const server = make()();
    const all = [bucket, { ...bucket, account: "tenant/acme" }, { ...bucket, resource: "cost" }, { ...bucket, windowMs: 1000 }];
    within(server, ({ buckets }) => {
      for (const [index, each] of all.entries()) buckets.put(each, { tokens: index, at: 0 });
    });
    expect(within(server, ({ buckets }) => all.map((each) => buckets.get(each)?.tokens))).toEqual([0, 1, 2, 3]);
  });

  test("sweeping drops the oldest from before a time, and no more than asked", () => {
    const server = make()();
    const left = within(server, ({ claims }) => {
      for (const at of [30, 10, 20, 40]) claims.put(key(String(at)), row(at));
      claims.sweep(35, 2);
      return [10, 20, 30, 40].filter((at) => claims.get(key(String(at))) !== undefined);
    });
    expect(left).toEqual([30, 40]);
    const kept = within(server, ({ sessions }) => {
      for (const used of [30, 10, 20]) sessions.put(key(String(used)), session(used));
      sessions.sweep(30, 1);
      return [10, 20, 30].filter((used) => sessions.get(key(String(used))) !== undefined);
    });
    expect(kept).toEqual([20, 30]);
    expect(
      within(server, ({ claims }) => {
        claims.sweep(30, 9);
        return claims.get(key("30"))?.at;
      }),
    ).toBe(30);
  });

  test("what cannot be asked is not taken for absent (S4)", () => {
    const server = make()();
    server.close();
    expect(() => server.state.buckets.get(bucket)).toThrow(/not open|not in a transaction/);
    expect(() => server.state.claims.get(key("a"))).toThrow(/not open|not in a transaction/);
  });

  test("the rules of budgets hold over it, for two servers at once (E6)", () => {
    const connect = make();
    const servers = [connect(), connect()].map((server) => ({ server, budgets: new Budgets(server.state) }));
    let given = 0;
    for (let round = 0; round < 20; round += 1) {
      const { server, budgets } = servers[round % 2] ?? expect.unreachable("a server");
      given += within(server, () => {
        budgets.start();
        const { reserved } = budgets.reserve(calls(7), 1_000_000);
        budgets.finish();
        return reserved ? 1 : 0;
      });
    }
    expect(given).toBe(7);
  });
});
