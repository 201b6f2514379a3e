import { dirname } from "node:path";
import type { Committed } from "@postern/policy";
import type { Barred } from "./approvals.ts";
import { callIds } from "./call-id.ts";
import { committed } from "./committed.ts";
import { EvidenceUnavailable, type EvidenceLog } from "./evidence-log.ts";
import { decisionLeaf, eventLeaf, outcomeLeaf } from "./leaf.ts";
import { claimKey, type Claimed } from "./claims.ts";
import type {
  ApprovalStep,
  BudgetName,
  Claim,
  Decided,
  DecisionRecord,
  Effect,
  Foreseen,
  OutcomeRecord,
  PolicyDetail,
  Receipt,
  Repeats,
  Reservation,
  Settled,
} from "./record.ts";
import type { Reserved } from "./budgets.ts";
import { sessionOwners, type SessionOwners } from "./session-owners.ts";
import type { Transaction, Work } from "./transaction.ts";
import { Writer, type WriterOptions } from "./writer.ts";

/** How long a record may wait for the lock of another process, in milliseconds. */
const patienceMs = 2000;
/** The same for a server that starts beside busy ones: it has more to write, and nobody waits for an answer yet. */
const startPatienceMs = 5000;

interface OpenCall {
  readonly receipt: Receipt;
  readonly effect: Effect | null;
  readonly reservation: Reservation | undefined;
  /** The question that the call is about to ask. */
  readonly asks: { readonly token: string; readonly by: DecisionRecord } | undefined;
  /** The idempotency key that the call holds. */
  readonly key: Buffer | undefined;
}

/**
 * The log in a SQLite database that several servers of one host may share.
 *
 * Guarantees: a promise of it fulfills only after the commit. What was committed outlasts the death of the process;
 * records at FULL outlast a power cut too (where the disk honors a flush). Leaves are never changed, and their order is
 * the order of the transactions.
 *
 * Holes: whoever may write the file may rewrite it. A record that was refused because the database was deleted under it
 * may still be found in the deleted file, as an unfinished call that never ran. A power cut may take the last records
 * of effect `read`.
 */
export class SqliteEvidenceLog implements EvidenceLog {
  readonly file: string;
  readonly #writer: Writer;
  readonly #clock: () => number;
  readonly #callId = callIds();
  readonly #open = new Map<string, OpenCall>();
  readonly sessions: SessionOwners;
  /** Keys of calls that are over and whose outcome could not be recorded, by call: with the next record they are no longer waited for. */
  readonly #over = new Map<string, Buffer>();
  #closed: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.file = options.file;
    this.#clock = options.clock;
    this.#writer = new Writer(options);
    this.sessions = sessionOwners({
      within: (write) => this.#commit({ full: false, ends: false, write, done: (result) => result }),
      look: (read) => this.#writer.look(read),
    });
  }

  get origin(): string {
    return this.#writer.origin;
  }

  /** Directory that the database lies in. */
  get directory(): string {
    return dirname(this.file);
  }

  decide(record: DecisionRecord, reservation?: Reservation, claim?: Claim, approval?: ApprovalStep): Promise<Decided> {
    const now = this.#clock();
    const call = this.#callId(now);
    const time = Math.round(now * 1000);
    const acts = record.decision === "allow";
    const key = acts && claim !== undefined ? claimKey(record, claim) : undefined;
    return this.#commit({
      full: acts && (record.effect === "irreversible" || (record.effect === "write" && (record.relaxed !== true || approval !== undefined))),
      ends: false,
      write: (transaction) => {
        const { budgets, claims, approvals, questions, boot, store } = transaction;
        const over = [...this.#over];
        for (const [ended, held] of over) claims.end(held, ended, { state: "unknown" });
        const refused = approval === undefined ? undefined : (approvals.barred(approval, now) ?? questions.barred(record, approval, now));
        const claimed: Claimed = key === undefined || claim === undefined || refused !== undefined ? unclaimed : claims.look(key, claim.request, now);
        const barred = claim?.repeatOnly === true && claimed.state === "new" ? unasked : refused;
        const may = acts && barred === undefined && (claimed.state === "new" || claimed.state === "done");
        const reserved = may && reservation !== undefined ? budgets.reserve(reservation, now) : unreserved;
        const given = reserved.reserved ? withClaim(record, claimed) : exhausted(record, reserved.budgetName);
        const judged = barred === undefined ? given : unapproved(record, barred);
        // who was not asked was not asked
        const kept = approval?.step === "ask" && judged.decision === "deny" ? { ...judged, approval: null } : judged;
        const index = transaction.append(decisionLeaf(kept, { call, time, boot, budget: reserved.budget }));
        if (may && claimed.state === "new" && reserved.reserved && key !== undefined && claim !== undefined) {
          claims.take(key, claim.request, { call, seq: index, boot }, now);
        }
        // What budget or key refuse has not used the yes up: the same call may come with it again while it holds.
        if (approval !== undefined && (approval.step === "end" || kept.decision === "allow")) {
          approvals.take(approval, call, now);
        }
        // an answer that lets nothing happen is one all the same: its question is in front of nobody any more.
        if (approval !== undefined && (approval.step !== "ask" || kept.decision === "allow")) questions.take(record, approval, now);
        return { receipt: { call, log: store.origin, index }, reserved, claimed, barred, over };
      },
      done: ({ receipt, reserved, claimed, barred, over }): Decided => {
        for (const [ended] of over) this.#over.delete(ended);
        if (barred !== undefined) return { decision: "unapproved", receipt, ...barred };
        if (claimed.state !== "new" && claimed.state !== "done") return { decision: "claimed", receipt, code: `input.key_${claimed.state}` };
        if (!reserved.reserved) {
          return { decision: "exhausted", receipt, budgetName: reserved.budgetName, retryAfterMs: reserved.retryAfterMs, budget: reserved.budget };
        }
        const repeats = claimed.state === "done" ? repeatsOf(claimed) : undefined;
        const asks = approval?.step === "ask" ? { token: approval.token, by: record } : undefined;
        if (acts) this.#open.set(call, { receipt, effect: record.effect, reservation, asks, key: repeats === undefined ? key : undefined });
        return { decision: "recorded", committed: committed(receipt), budget: reserved.budget, ...(repeats !== undefined && { repeats }) };
      },
    });
  }

  foresee(record: DecisionRecord, reservation?: Reservation, claim?: Claim): Promise<Foreseen> {
    const now = this.#clock();
    return this.#commit({
      full: false,
      ends: false,
      write: ({ budgets, claims }) => ({
        claimed: claim === undefined ? unclaimed : claims.look(claimKey(record, claim), claim.request, now),
        reserved: reservation === undefined ? unreserved : budgets.foresee(reservation, now),
      }),
      done: ({ claimed, reserved }): Foreseen => {
        if (claimed.state !== "new" && claimed.state !== "done") return { decision: "claimed", code: `input.key_${claimed.state}` };
        if (!reserved.reserved) return { ...reserved, decision: "exhausted" };
        return { decision: claimed.state === "done" ? "repeated" : "open" };
      },
    });
  }

  async settle(proof: Committed, outcome: OutcomeRecord): Promise<Settled> {
    const open = this.#open.get(proof.call);
    if (open === undefined || open.receipt.index !== proof.index) throw new TypeError("the call is not open in this log");
    this.#open.delete(proof.call);
    const now = this.#clock();
    const time = Math.round(now * 1000);
    const settling = this.#commit({
      full: open.effect === "irreversible",
      ends: true,
      write: (transaction) => {
        if (transaction.store.origin !== open.receipt.log) throw new EvidenceUnavailable("the log that holds the decision is gone");
        const { budgets } = transaction;
        const { reservation, effect } = open;
        const short = reservation === undefined ? undefined : budgets.exceeded(reservation, outcome.spent, now);
        const kept = short === undefined ? outcome : heldBack(outcome, effect);
        const budget = reservation === undefined ? [] : budgets.settle(reservation, kept.spent);
        const wait = short === undefined || reservation === undefined ? undefined : budgets.waitFor(reservation, outcome.spent, now);
        const exceeded = short === undefined ? undefined : (wait ?? { ...short, retryAfterMs: 0 });
        transaction.append(outcomeLeaf(kept, { call: proof.call, of: proof.index, time, budget }));
        if (open.asks !== undefined && kept.outcome !== "ok") {
          const never = { step: "end", token: open.asks.token } as const;
          transaction.approvals.take(never, proof.call, now);
          transaction.questions.take(open.asks.by, never, now);
        }
        if (open.key !== undefined) transaction.claims.end(open.key, proof.call, outcome.claim ?? { state: "unknown" });
        return { exceeded };
      },
      done: (settled) => settled,
    });
    try {
      return await settling;
    } catch (error) {
      if (open.key !== undefined) this.#over.set(proof.call, open.key);
      throw error;
    }
  }

  /** Commits, outlasting a power cut, that the policy of this digest (SHA-256, hex) is about to be used. Belongs before its first use. */
  recordPolicy(digest: string, detail: PolicyDetail = {}): Promise<Omit<Receipt, "call">> {
    return this.#commit({
      full: true,
      ends: false,
      write: ({ append, boot, now, store }) => {
        const index = append(eventLeaf("policy", Math.round(now * 1000), { ...detail, boot, policy: digest }));
        return { log: store.origin, index };
      },
      done: (receipt) => receipt,
    });
  }

  /** Commits the boot leaf; what else is written commits it as well, where this was not called. */
  start(): Promise<void> {
    return this.#commit({ full: false, ends: false, patienceMs: startPatienceMs, write() {}, done() {} });
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    // whatever was queued before goes into the log before it
    await this.#enqueue({
      full: false,
      ends: true,
      passive: true,
      write: ({ append, boot, now }) => append(eventLeaf("retired", Math.round(now * 1000), { boot })),
      done() {},
    }).catch(() => undefined);
    this.#writer.close();
  }

  #commit<Written, Result>(step: Step<Written, Result>): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(new EvidenceUnavailable("the log is closed"));
    return this.#enqueue(step);
  }

  #enqueue<Written, Result>(step: Step<Written, Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      let written: Written;
      this.#writer.submit({
        full: step.full,
        ends: step.ends,
        passive: step.passive ?? false,
        deadline: performance.now() + (step.patienceMs ?? patienceMs),
        write: (transaction) => {
          written = step.write(transaction);
        },
        done: () => resolve(step.done(written)),
        failed: reject,
      });
    });
  }
}

interface Step<Written, Result> extends Pick<Work, "full" | "ends" | "passive"> {
  readonly patienceMs?: number;
  write(transaction: Transaction): Written;
  done(written: Written): Result;
}

const unclaimed: Claimed = { state: "new" };
/** The claim was let through without a question as one that repeats, and does not by now. */
const unasked: Barred = { code: "approval.mismatch", rule: "approval:no-question" };
const unreserved: Reserved = { reserved: true, budget: [] };

/**
 * The call ran, and nothing of its content leaves: nobody is charged with an answer that nobody sees. A change is made all the
 * same, and a failure stays one.
 */
function heldBack(outcome: OutcomeRecord, effect: Effect | null): OutcomeRecord {
  const { bytes } = outcome.spent;
  const spent = bytes === undefined ? outcome.spent : { ...outcome.spent, bytes: Math.max(0, bytes - outcome.bytesOut) };
  const silent = { ...outcome, bytesOut: 0, redactions: [], spent };
  return effect === "read" && outcome.outcome === "ok" ? { ...silent, outcome: "failed", failure: "budget.exhausted" } : silent;
}

/** What the record says of a call whose key another one has: which one that is, and that nothing was done now. */
function withClaim(record: DecisionRecord, claimed: Claimed): DecisionRecord {
  if (claimed.state === "new") return record;
  if (claimed.state === "done") return { ...record, rule: `repeats:${claimed.first.call}` };
  return { ...record, decision: "deny", code: `input.key_${claimed.state}`, rule: `key-of:${claimed.first.call}` };
}

function repeatsOf({ first, status, failure }: Extract<Claimed, { state: "done" }>): Repeats {
  return { first, status, failure: failure as Repeats["failure"] };
}

function unapproved(record: DecisionRecord, { code, rule }: Pick<Extract<Decided, { decision: "unapproved" }>, "code" | "rule">): DecisionRecord {
  return { ...record, decision: "deny", code, rule };
}

function exhausted(record: DecisionRecord, { per, resource }: BudgetName): DecisionRecord {
  return { ...record, decision: "deny", code: "budget.exhausted", rule: `budget:${per}:${resource}` };
}
