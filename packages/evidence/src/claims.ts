import { hash } from "node:crypto";
import { readBoot } from "./leaf-body.ts";
import { isGone, thisProcess } from "./process-identity.ts";
import type { Claim, ClaimEnd, DecisionRecord, Receipt } from "./record.ts";
import type { ClaimRow, SharedState } from "./shared-state.ts";
import type { Store } from "./store.ts";

/** Milliseconds for which a key stands for its request: 30 days. Afterwards it is a new one. */
export const claimLifeMs = 30 * 24 * 3_600_000;
/** Milliseconds after which a call that has not ended is no longer waited for: more than any deadline. */
const abandonedMs = 15 * 60_000;
/** Keys that are over, removed with each new one: two for one keeps the table from growing, and no call waits for a sweep. */
const removedAtOnce = 2;

/** What is known of a key. */
export type Claimed =
  | { readonly state: "new" }
  /** The same request, which ended. */
  | { readonly state: "done"; readonly first: Receipt; readonly status: number | null; readonly failure: string | null }
  | { readonly state: "reused" | "in_flight" | "unknown"; readonly first: Receipt };

/**
 * Idempotency keys, in the transactions of the decisions and outcomes that they belong to: of two processes that come with
 * one key at once, one gets it. Guarantees that a key which was given away is given to nothing else for its life, unless
 * its call ended before anything was sent. Keeps digests only: neither keys nor requests can be read from the file.
 *
 * Hole: whoever removes the evidence file removes the keys.
 */
export class Claims {
  readonly #store: Store;
  readonly #claims: SharedState["claims"];
  #written = 0;

  constructor(store: Store, { claims }: SharedState) {
    this.#store = store;
    this.#claims = claims;
  }

  /** Forgets what an earlier transaction wrote. */
  start(): void {
    this.#written = 0;
  }

  /** `now` is in milliseconds. */
  look(key: Buffer, request: string, now: number): Claimed {
    const row = this.#claims.get(key);
    if (row === undefined || row.at < now - claimLifeMs) return { state: "new" };
    const first = { call: row.call, log: this.#store.origin, index: row.seq };
    if (!row.request.equals(digestOf(request))) return { state: "reused", first };
    if (row.state === "done") return { state: "done", first, status: row.status, failure: row.failure };
    return { state: row.state === "open" && this.#runs(row, now) ? "in_flight" : "unknown", first };
  }

  take(key: Buffer, request: string, by: { readonly call: string; readonly seq: number; readonly boot: number }, now: number): void {
    this.#claims.sweep(now - claimLifeMs, removedAtOnce);
    const { call, seq, boot } = by;
    this.#claims.put(key, { request: digestOf(request), call, seq, boot, at: now, state: "open", status: null, failure: null });
    this.#written += 1;
  }

  end(key: Buffer, call: string, end: ClaimEnd): void {
    const row = this.#claims.get(key);
    // its life was over, and it is another call's by now
    if (row?.call !== call) return;
    const { status = null, failure = null } = end.state === "done" ? end : {};
    if (end.state === "free") this.#claims.drop(key);
    else this.#claims.put(key, { ...row, state: end.state, status, failure });
    this.#written += 1;
  }

  /** How many keys the transaction touched. */
  finish(): number {
    return this.#written;
  }

  /** Whether the call that has the key may still tell its outcome. */
  #runs({ boot, at }: ClaimRow, now: number): boolean {
    const process = readBoot(this.#store.leaf(boot))?.process;
    return process !== undefined && now - at < abandonedMs && !isGone(process, thisProcess(), now - at);
  }
}

/** A key is one caller's, of one tool: nobody meets another's. */
export function claimKey({ server, tenant, principal, tool }: DecisionRecord, { key }: Claim): Buffer {
  return digestOf(JSON.stringify([server, tenant, principal, tool, key]));
}

function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
