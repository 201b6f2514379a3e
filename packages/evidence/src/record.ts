import type { BudgetSubject, Change, Committed, DenialCode, FailureCode, TargetRecord } from "@postern/policy";
import type { Cut } from "./cut.ts";

export type Effect = "read" | "write" | "irreversible";

/** What is known about a call when it is decided; becomes the decision leaf. */
export interface DecisionRecord {
  readonly server: string;
  readonly principal: string;
  readonly tenant: string;
  readonly transport: "stdio" | "http";
  /** The door that the call came through: a JSON-RPC method (`tools/call`), or `unreadable` for bytes that are no message. */
  readonly endpoint: string;
  /** Protocol revision that the connection or message speaks; null before one is known. */
  readonly protocol: string | null;
  /** What the client calls itself. Unverified; evidence only. */
  readonly client: string | null;
  /** The tool's name as it came, cut to 128 characters; null where the message names none. */
  readonly tool: string | null;
  readonly effect: Effect | null;
  readonly route: string | null;
  readonly lane: string | null;
  readonly quotaOwner: string | null;
  readonly decision: "allow" | "deny";
  readonly code: DenialCode | null;
  readonly rule: string;
  readonly targets: readonly TargetRecord[];
  /** The redaction rule that binds the answer: `secrets` or `none`. */
  readonly redact: string | null;
  /** SHA-256 of the policy that decided, hex. */
  readonly policy: string;
  /** Size and SHA-256 (hex) of the arguments' raw JSON; the arguments themselves are never kept. */
  readonly arguments: { readonly bytes: number; readonly sha256: string } | null;
  /** Bytes of the message as it came in. */
  readonly bytesIn: number;
  /** What became of a human's approval, how the human was asked, and the name of the question: `accepted:elicitation:…`. */
  readonly approval: string | null;
  /** What the card expects the call to cost; absent: 1. A denied call costs nothing. */
  readonly cost?: number;
  /** The card gave up that a power cut leaves the decision of a write: it is committed at NORMAL. Of no effect for `irreversible`. */
  readonly relaxed?: true;
}

/** One of the budgets that a call takes from, without whose account it is: that much a caller may know of it. */
export interface BudgetName {
  readonly per: BudgetSubject;
  /** `calls`, `bytes` or `cost`. */
  readonly resource: string;
}

export interface Charge extends BudgetName {
  /** Id of the owner, principal, tenant or lane whose account it is. */
  readonly owner: string;
  readonly amount: number;
  /** The limit: so much per window. */
  readonly limit: number;
  readonly windowMs: number;
}

/** What a call takes from all its budgets in the transaction of its decision: all of it or nothing. One bucket, one charge. */
export interface Reservation {
  readonly charges: readonly Charge[];
}

/** An idempotency key and what it stands for. One key of one caller and tool is given to one request only. */
export interface Claim {
  /** As the caller wrote it. */
  readonly key: string;
  /** All of the request that the key stands for; kept as a digest. */
  readonly request: string;
  /** The call may repeat what was done with the key, and nothing else: no human was asked about it. */
  readonly repeatOnly?: true;
}

/** What becomes of the key of a call that ended. `free`: nothing was sent, so the same key may try again. */
export type ClaimEnd =
  | { readonly state: "done"; readonly status?: number; readonly failure?: FailureCode | DenialCode }
  | { readonly state: "free" | "unknown" };

/** What a decision does with the approval of a human. */
export type ApprovalStep =
  /** Opens one: the human is about to be asked. */
  | {
      readonly step: "ask";
      readonly token: string;
      readonly bound: string;
      readonly lifeMs: number;
      /** Questions of the caller that may be open at once, on all servers that share the log, this one included. Absent: any number. */
      readonly most?: number;
    }
  /** Uses a yes. The decision allows only where it is the first one, in time, and was given for `bound`: all that the call is. */
  | { readonly step: "accept"; readonly token: string; readonly bound: string }
  /** Ends it without a yes: no later yes counts. */
  | { readonly step: "end"; readonly token: string };

/** The call came with the key of one that ended, for the same request: its own effect is that one's. */
export interface Repeats {
  readonly first: Receipt;
  readonly status: number | null;
  /** The code of a first call that was answered and failed. */
  readonly failure: FailureCode | DenialCode | null;
}

export interface OutcomeRecord {
  readonly outcome: "ok" | "failed" | "cancelled";
  /** A failure's code, or the code of a denial that was found while the call ran (`limit.result`). */
  readonly failure: FailureCode | DenialCode | null;
  readonly durationMs: number;
  readonly bytesOut: number;
  readonly redactions: readonly { readonly kind: string; readonly count: number }[];
  /** What the call changed: sizes and digests, never content. Absent or empty: nothing. */
  readonly changes?: readonly Change[];
  /** What the call reached on its way that its decision could not know: where redirects led, and which one was refused. */
  readonly targets?: readonly TargetRecord[];
  /** What the call really took, by resource; the difference to the reservation is given back or taken. */
  readonly spent: Readonly<Record<string, number>>;
  /** Of a call with an idempotency key; absent: `unknown`. */
  readonly claim?: ClaimEnd;
}

/** A budget that has less left than a call took. */
export interface Exceeded extends BudgetName {
  /** When there would be as much as the whole call takes; Infinity where it takes more than there ever is. */
  readonly retryAfterMs: number;
}

/** What became of an outcome: where the budget has less left than the call took, its content may not leave. */
export interface Settled {
  /**
   * The budget that there is too little of. The outcome of a read that went well is then failed, `budget.exhausted`; any other
   * stays what it is, and only what there is to tell of it is held back. Nobody is charged with what was not sent.
   */
  readonly exceeded: Exceeded | undefined;
}

/** Names a record so that it can be proven later. The form in which answers carry it. */
export interface Receipt {
  readonly call: string;
  readonly log: string;
  readonly index: number;
}

/** What a decision would meet right now, of which nothing is taken or written. */
export type Foreseen =
  | { readonly decision: "open" }
  /** The key's request was made before: the call would tell of it and do nothing. */
  | { readonly decision: "repeated" }
  | Omit<Extract<Decided, { readonly decision: "claimed" }>, "receipt">
  | Omit<Extract<Decided, { readonly decision: "exhausted" }>, "receipt">;

export type Decided =
  /** With `repeats` nothing may be done: it was done before. */
  | { readonly decision: "recorded"; readonly committed: Committed; readonly budget: readonly BudgetState[]; readonly repeats?: Repeats }
  /** The idempotency key is not this call's to use. */
  | { readonly decision: "claimed"; readonly receipt: Receipt; readonly code: "input.key_reused" | "input.key_in_flight" | "input.key_unknown" }
  /** The yes that came with the call is not for it; `limit.busy`: as many questions of the caller are open as may be. */
  | {
      readonly decision: "unapproved";
      readonly receipt: Receipt;
      readonly code: "approval.declined" | "approval.replayed" | "approval.mismatch" | "limit.busy";
      readonly rule: string;
    }
  | {
      readonly decision: "exhausted";
      readonly receipt: Receipt;
      /** Of those that had too little the one that is longest in coming back: who waits for it finds the others filled. */
      readonly budgetName: BudgetName;
      readonly retryAfterMs: number;
      readonly budget: readonly BudgetState[];
    };

export interface BudgetState {
  readonly per: BudgetSubject;
  readonly owner: string;
  readonly resource: string;
  readonly taken: number;
  readonly left: number;
  readonly limit: number;
  readonly windowMs: number;
}

/** One call as `postern log --json` prints it. The names are a contract. */
export interface CallView {
  readonly call: string;
  /** RFC 3339, UTC, microseconds. */
  readonly time: string;
  readonly server: string;
  readonly principal: string;
  readonly tenant: string;
  readonly transport: string;
  readonly endpoint: string;
  readonly protocol: string | null;
  readonly client: string | null;
  readonly tool: string | null;
  readonly effect: string | null;
  readonly route: string | null;
  readonly lane: string | null;
  readonly quota_owner: string | null;
  readonly decision: "allow" | "deny";
  readonly code: string | null;
  readonly rule: string;
  readonly targets: readonly TargetRecord[];
  readonly redact: string | null;
  readonly redactions: readonly { readonly kind: string; readonly count: number }[];
  readonly policy: string;
  /** `ok`, `failed`, `cancelled`; `denied` for a refused call; `unfinished` while there is none; `unknown` after a crash. */
  readonly outcome: string;
  readonly failure: string | null;
  readonly duration_ms: number | null;
  readonly bytes_in: number;
  readonly bytes_out: number | null;
  readonly changes: readonly Change[];
  /** As `targets`, of what the call reached on its way. */
  readonly found: readonly TargetRecord[];
  /** What the call cost by its card's estimate; 0 of a denied one. */
  readonly cost: number;
  readonly budget: readonly BudgetState[];
  readonly approval: string | null;
  /** What the record holds only in part, with full lengths and digests. Absent: nothing was cut. */
  readonly cut?: readonly Cut[];
  readonly index: number;
}

/** Which calls to read. Members narrow together; text members compare exactly. */
export interface CallFilter {
  readonly principal?: string;
  readonly tenant?: string;
  readonly tool?: string;
  /** A denial's code or a failure's. */
  readonly code?: string;
  readonly server?: string;
  readonly route?: string;
  readonly lane?: string;
  /** Owner of the quota that the call took from. */
  readonly owner?: string;
  readonly decision?: "allow" | "deny";
  /** As in `CallView.outcome`. */
  readonly outcome?: string;
  /** Prefix of a target's raw or canonical form. */
  readonly target?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly until?: number;
  /** Only allowed calls that never told their outcome: still running, or cut off (`unfinished`, `unknown`). */
  readonly unfinished?: boolean;
  /** Id of one call. */
  readonly call?: string;
  /** Index: only calls that were decided after it, the first `limit` of them. */
  readonly after?: number;
  /** The newest so many; absent: all. */
  readonly limit?: number;
}

/** What is known about a policy when it comes into use. */
export interface PolicyDetail {
  readonly file?: string;
  readonly routes?: number;
  readonly principals?: number;
}
