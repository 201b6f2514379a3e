import type { Answer } from "./answer.ts";
import type { Asking } from "./asking.ts";
import type { Brought } from "./human-answer.ts";
import type { CardTrace, DenialCode, FailureCode, Principal, TargetRecord } from "@postern/policy";

/** A call as the transport hands it over: everything that is known before anybody judged it. */
export interface GuardRequest {
  /** Absent: the caller is nobody that the policy names. */
  readonly principal: Principal | undefined;
  /** What to write into the record where `principal` is absent. */
  readonly claimed: string;
  /** What the caller's token is good for; absent where the proof knows no scopes. */
  readonly scopes?: readonly string[];
  readonly transport: "stdio" | "http";
  /** The door that the call came through: `tools/call`. */
  readonly endpoint: string;
  readonly protocol: string | null;
  readonly client: string | null;
  readonly tool: string;
  /** As parsed from JSON, not yet validated. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Size and SHA-256 of the arguments' JSON as it came. */
  readonly digest: { readonly bytes: number; readonly sha256: string };
  readonly bytesIn: number;
  /** Aborts when the caller cancels. */
  readonly signal: AbortSignal;
  /** What a result waits for before it is handed over, while its call keeps its place: a caller that does not read gets no more made. Absent: nothing. */
  readonly room?: () => Promise<void> | undefined;
  /** Roots that the client announced; they narrow and never widen. */
  readonly clientRoots?: readonly string[];
  /** The same again, for a call that waited since. Absent: they cannot change. */
  readonly rootsNow?: () => Promise<readonly string[] | undefined> | readonly string[] | undefined;
  /** Where the call goes when the policy was replaced while it waited for its turn: to whoever decides by the new one. Undefined: there is none, the server ends. */
  readonly superseded?: () => Promise<Answer> | undefined;
  /** How a human can be asked. Absent: not at all. */
  readonly asking?: Asking;
  /** The answer to a question that was asked about this call. */
  readonly brought?: Brought;
  /** Present when the client asked for progress. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** A message that is no call that could be decided, and still leaves its record. */
export interface Refusal {
  readonly transport: "stdio" | "http";
  /** The method as it came, or `unreadable`. */
  readonly endpoint: string;
  readonly protocol: string | null;
  readonly client: string | null;
  readonly tool: string | null;
  readonly code: DenialCode;
  readonly rule: string;
  readonly bytesIn: number;
}

/** What a call would meet, up to the one card. Nothing is recorded, charged, minted or run for it. */
export interface Explanation {
  readonly decision: "allow" | "deny";
  readonly code?: DenialCode;
  readonly rule: string;
  readonly message: string;
  readonly route?: string;
  readonly targets: readonly TargetRecord[];
  readonly trace: readonly CardTrace[];
  /** The card asks for a human's approval before the call would run. */
  readonly approval?: "required";
  /** Scopes that an access token would have to have, which nobody brought here. */
  readonly scopes?: readonly string[];
  /** What an allowed call would do as things stand now; absent where its tool does not say. */
  readonly would?: string;
  /** The code with which it would fail as things stand now. */
  readonly fails?: FailureCode;
}

export type ExplainRequest = Pick<GuardRequest, "principal" | "tool" | "arguments"> & {
  readonly clientRoots?: readonly string[];
  /**
   * Which cards the explanation speaks of: only those that a call would ask (`tried`), or why each other card of the
   * principal does not carry it as well (`all`, the default), which takes time for every card that there is.
   */
  readonly trace?: "tried" | "all";
};
