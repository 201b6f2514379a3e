import { describe, expect, onTestFinished, test } from "vitest";
import { join } from "node:path";
import { Approvals } from "../src/approvals.ts";
import { Budgets } from "../src/budgets.ts";
import type { ApprovalStep } from "../src/record.ts";
import type { ApprovalRow, ClaimRow, SessionRow, SharedState } from "../src/shared-state.ts";
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
const approval = (expires: number): ApprovalRow => ({ bound: key("b"), expires, ended: null });

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
    within(one, ({ buckets, claims, sessions, approvals }) => {
      buckets.put(bucket, { tokens: -0.1 + 1 / 3, at: 12.5 });
      approvals.put(key("q"), approval(8.5));
      approvals.put(key("p"), { ...approval(9), ended: "c" });
      expect(approvals.get(key("q"))).toEqual(approval(8.5));
      sessions.put(key("s"), session(7));
      claims.put(key("a"), done);
      expect(buckets.get(bucket)).toEqual({ tokens: -0.1 + 1 / 3, at: 12.5 });
      expect(claims.get(key("a"))).toEqual(done);
    });
    one.close();
    expect(within(other, ({ buckets, claims }) => [buckets.get(bucket), claims.get(key("a"))])).toEqual([{ tokens: -0.1 + 1 / 3, at: 12.5 }, done]);
    const third = connect();
    expect(within(third, ({ sessions }) => [sessions.get(key("s")), sessions.get(key("a"))])).toEqual([session(7), undefined]);
    within(third, ({ sessions, approvals }) => {
      sessions.drop(key("s"));
      approvals.put(key("q"), { ...approval(8.5), ended: "c" });
      approvals.drop(key("p"));
    });
    expect(within(other, ({ sessions }) => sessions.get(key("s")))).toBeUndefined();
    expect(within(other, ({ approvals }) => [approvals.get(key("q")), approvals.get(key("p"))])).toEqual([{ ...approval(8.5), ended: "c" }, undefined]);
  });

  test("all of a transaction happens, or none of it", () => {
    const connect = make();
    const [one, other] = [connect(), connect()];
    within(one, ({ buckets }) => buckets.put(bucket, { tokens: 9, at: 1 }));
    one.begin();
    one.state.buckets.put(bucket, { tokens: 1, at: 2 });
    one.state.claims.put(key("a"), row(1));
    one.state.sessions.put(key("s"), session(1));
    one.state.approvals.put(key("q"), approval(1));
    one.rollback();
    expect(
      within(other, ({ buckets, claims, sessions, approvals }) => [buckets.get(bucket), claims.get(key("a")), sessions.get(key("s")), approvals.get(key("q"))]),
    ).toEqual([{ tokens: 9, at: 1 }, undefined, undefined, undefined]);
  });

  test("between transactions, what was committed last can be read, beside a transaction of somebody else", () => {
    const connect = make();
    const [one, other] = [connect(), connect()];
    within(one, ({ sessions }) => sessions.put(key("s"), session(1)));
    expect(other.state.sessions.get(key("s"))).toEqual(session(1));
    one.begin();
    one.state.sessions.drop(key("s"));
    expect([one.state.sessions.get(key("s")), other.state.sessions.get(key("s"))]).toEqual([undefined, session(1)]);
    one.commit();
    expect(other.state.sessions.get(key("s"))).toBeUndefined();
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
    const open = within(server, ({ approvals }) => {
      for (const expires of [30, 10, 20]) approvals.put(key(String(expires)), approval(expires));
      approvals.sweep(21, 1);
      approvals.sweep(20, 9);
      return [10, 20, 30].filter((expires) => approvals.get(key(String(expires))) !== undefined);
    });
    expect(open).toEqual([20, 30]);
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
    expect(() => server.state.sessions.get(key("a"))).toThrow(/not open|not in a transaction/);
    expect(() => server.state.approvals.get(key("a"))).toThrow(/not open|not in a transaction/);
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

  test("the rules of approvals hold over it: of one yes, one of two servers makes one call, and no later question takes its place (B3)", () => {
    const connect = make();
    const servers = [connect(), connect()].map((server) => ({ server, approvals: new Approvals(server.state) }));
    const [first, second] = [servers[0] ?? expect.unreachable("a server"), servers[1] ?? expect.unreachable("a server")];
    const ask: ApprovalStep = { step: "ask", token: "t", bound: "the call", lifeMs: 100 };
    const yes: ApprovalStep = { step: "accept", token: "t", bound: "the call" };
    const use = ({ server, approvals }: typeof first, call: string, now = 50) =>
      within(server, () => {
        const barred = approvals.barred(yes, now);
        if (barred === undefined) approvals.take(yes, call, now);
        return barred?.rule;
      });
    expect(use(first, "early")).toBe("approval:unknown");
    within(first.server, () => first.approvals.take(ask, "asks", 0));
    expect([use(second, "one"), use(first, "two"), use(second, "three")]).toEqual([undefined, "approval:ended-by:one", "approval:ended-by:one"]);

    // an end that comes later does not take the name of the call that used it
    within(first.server, () => first.approvals.take({ step: "end", token: "t" }, "four", 60));
    first.server.begin();
    expect(() => first.approvals.take(ask, "asks again", 60)).toThrow("another question's");
    first.server.rollback();
    expect(use(first, "five")).toBe("approval:ended-by:one");
  });
});
