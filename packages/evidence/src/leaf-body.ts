import type { Change, TargetRecord } from "@postern/policy";
import type { Cut } from "./cut.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import type { BudgetState } from "./record.ts";

/** What a leaf's body says once it is read back. Members that were null when they were written are absent. */
export type LeafBody = BootBody | DecisionBody | OutcomeBody | RecoveredBody | OtherBody;

export interface BootBody {
  readonly kind: "boot";
  readonly time: number;
  readonly process: ProcessIdentity;
}

export interface DecisionBody {
  readonly kind: "decision";
  readonly time: number;
  readonly boot: number;
  readonly call: string;
  readonly server: string;
  readonly principal: string;
  readonly tenant: string;
  readonly transport: string;
  readonly endpoint: string;
  readonly protocol?: string;
  readonly client?: string;
  readonly tool?: string;
  readonly effect?: string;
  readonly route?: string;
  readonly lane?: string;
  readonly quota_owner?: string;
  readonly decision: "allow" | "deny";
  readonly code?: string;
  readonly cost?: number;
  readonly rule: string;
  readonly targets?: readonly TargetRecord[];
  readonly redact?: string;
  readonly policy: string;
  readonly bytes_in: number;
  readonly budget?: readonly BudgetState[];
  readonly approval?: string;
  readonly cut?: readonly Cut[];
}

export interface OutcomeBody {
  readonly kind: "outcome";
  readonly time: number;
  readonly of: number;
  readonly call: string;
  readonly outcome: string;
  readonly failure?: string;
  readonly duration_ms: number;
  readonly bytes_out: number;
  readonly changes?: readonly Change[];
  readonly targets?: readonly TargetRecord[];
  readonly redactions?: readonly { readonly kind: string; readonly count: number }[];
  readonly budget?: readonly BudgetState[];
  readonly cut?: readonly Cut[];
}

export interface RecoveredBody {
  readonly kind: "recovered";
  readonly time: number;
  readonly of: number;
  readonly call: string;
}

export interface OtherBody {
  readonly kind: "policy" | "sealed" | "resumed" | "retired";
  readonly time: number;
}

/** Reads a body that this package wrote. */
export function readLeaf(body: Buffer): LeafBody {
  return JSON.parse(body.toString()) as LeafBody;
}

export function readBoot(body: Buffer | undefined): BootBody | undefined {
  const leaf = body === undefined ? undefined : readLeaf(body);
  return leaf?.kind === "boot" ? leaf : undefined;
}
