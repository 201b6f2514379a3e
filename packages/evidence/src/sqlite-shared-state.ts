import type { Bucket } from "@postern/policy";
import type { ApprovalRow, BucketKey, ClaimRow, SessionRow, SharedRows, SharedState, Sweeping } from "./shared-state.ts";
import type { Sqlite } from "./sqlite.ts";

/** Shared state in the database of the log, within whatever transaction its connection is in. Throws the driver's errors. */
export function sqliteSharedState(database: Sqlite): SharedState {
  return { buckets: buckets(database), claims: claims(database), sessions: sessions(database), approvals: approvals(database) };
}

function buckets(database: Sqlite): SharedRows<BucketKey, Bucket> {
  const get = database.prepare<Bucket>("SELECT tokens, at FROM bucket WHERE owner = ? AND resource = ? AND window_ms = ?");
  const put = database.prepare<never>(
    "INSERT INTO bucket(owner, resource, window_ms, tokens, at) VALUES(?, ?, ?, ?, ?) " +
      "ON CONFLICT(owner, resource, window_ms) DO UPDATE SET tokens = excluded.tokens, at = excluded.at",
  );
  const drop = database.prepare<never>("DELETE FROM bucket WHERE owner = ? AND resource = ? AND window_ms = ?");
  return {
    get: ({ account, resource, windowMs }) => get.get(account, resource, windowMs),
    put: ({ account, resource, windowMs }, { tokens, at }) => void put.run(account, resource, windowMs, tokens, at),
    drop: ({ account, resource, windowMs }) => void drop.run(account, resource, windowMs),
  };
}

function claims(database: Sqlite): SharedRows<Buffer, ClaimRow> & Sweeping {
  const get = database.prepare<ClaimRow>("SELECT request, call, seq, boot, at, state, status, failure FROM claim WHERE key = ?");
  const put = database.prepare<never>(
    "INSERT OR REPLACE INTO claim(key, request, call, seq, boot, at, state, status, failure) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const drop = database.prepare<never>("DELETE FROM claim WHERE key = ?");
  const sweep = database.prepare<never>("DELETE FROM claim WHERE key IN (SELECT key FROM claim WHERE at < ? ORDER BY at LIMIT ?)");
  return {
    get: (key) => get.get(key),
    put: (key, { request, call, seq, boot, at, state, status, failure }) => void put.run(key, request, call, seq, boot, at, state, status, failure),
    drop: (key) => void drop.run(key),
    sweep: (time, atMost) => void sweep.run(time, atMost),
  };
}

function sessions(database: Sqlite): SharedRows<Buffer, SessionRow> & Sweeping {
  const get = database.prepare<Omit<SessionRow, "asks"> & { readonly asks: number }>("SELECT owner, client, protocol, asks, used FROM session WHERE key = ?");
  const put = database.prepare<never>("INSERT OR REPLACE INTO session(key, owner, client, protocol, asks, used) VALUES(?, ?, ?, ?, ?, ?)");
  const drop = database.prepare<never>("DELETE FROM session WHERE key = ?");
  const sweep = database.prepare<never>("DELETE FROM session WHERE key IN (SELECT key FROM session WHERE used < ? ORDER BY used LIMIT ?)");
  return {
    get(key) {
      const row = get.get(key);
      return row === undefined ? undefined : { ...row, asks: row.asks === 1 };
    },
    put: (key, { owner, client, protocol, asks, used }) => void put.run(key, owner, client, protocol, asks ? 1 : 0, used),
    drop: (key) => void drop.run(key),
    sweep: (time, atMost) => void sweep.run(time, atMost),
  };
}

function approvals(database: Sqlite): SharedRows<Buffer, ApprovalRow> & Sweeping {
  const get = database.prepare<ApprovalRow>("SELECT bound, expires, ended FROM approval WHERE token = ?");
  const put = database.prepare<never>("INSERT OR REPLACE INTO approval(token, bound, expires, ended) VALUES(?, ?, ?, ?)");
  const drop = database.prepare<never>("DELETE FROM approval WHERE token = ?");
  const sweep = database.prepare<never>("DELETE FROM approval WHERE token IN (SELECT token FROM approval WHERE expires < ? ORDER BY expires LIMIT ?)");
  return {
    get: (key) => get.get(key),
    put: (key, { bound, expires, ended }) => void put.run(key, bound, expires, ended),
    drop: (key) => void drop.run(key),
    sweep: (time, atMost) => void sweep.run(time, atMost),
  };
}
