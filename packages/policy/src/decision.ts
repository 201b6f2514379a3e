import type { DenialCode } from "./codes.ts";

/** One symbolic link met on the way to a target. */
export interface SymlinkStep {
  readonly at: string;
  readonly target: string;
  readonly decision: "followed" | "denied";
}

export interface AddressStep {
  readonly address: string;
  readonly category: string;
}

/** What one argument meant: as it came, as it was proven, and the steps between. This is what the evidence keeps. */
export interface TargetRecord {
  /** Name of the target kind. */
  readonly kind: string;
  /** The argument that held it, with an index where the argument is a list: `path`, `paths[2]`. */
  readonly argument: string;
  readonly raw: string;
  /** What the tool wants to do with it, in the words of the target kind: `file`, `directory`, `any`. */
  readonly operation: string;
  readonly decision: "allow" | "deny";
  readonly canonical?: string;
  readonly root?: string;
  readonly host?: string;
  readonly repo?: string;
  /** Working directory that a relative raw value was read against. */
  readonly cwd?: string;
  /** Platform guarantee under which the canonical form was proven. */
  readonly guarantee?: string;
  readonly code?: DenialCode;
  /** Of a denial on the way, what refused it: the decision's own rule is the one that let the call begin. */
  readonly rule?: string;
  /** Name of the credential that went along to the target, or would have. */
  readonly lane?: string;
  readonly symlinks?: readonly SymlinkStep[];
  readonly addresses?: readonly AddressStep[];
  /** Names that the host stands for, where the operator wants them told. */
  readonly aliases?: readonly string[];
  readonly redirects?: readonly string[];
  /** Fields of this record that the answer to the caller left out. */
  readonly withheld?: readonly ("canonical" | "symlinks" | "addresses" | "aliases" | "redirects")[];
}

/** Why one candidate card did not carry the call. */
export interface CardTrace {
  readonly route: string;
  readonly code: DenialCode;
  readonly reason: string;
}

/** A refusal, before anything happened. A value and never thrown: a catch-all cannot swallow it. */
export interface Deny {
  readonly decision: "deny";
  readonly code: DenialCode;
  /** The rule that refused, finer than the code: `protected:.env`, `deny[0]`, `symlink-absolute`. */
  readonly rule: string;
  /** One sentence for the caller: what was refused and what would be allowed. Free of anything outside its authority. */
  readonly message: string;
  /** The card that came nearest, if one did. */
  readonly route?: string;
  readonly targets: readonly TargetRecord[];
  readonly trace: readonly CardTrace[];
  /** Milliseconds after which the same call may be worth another try. */
  readonly retryAfter?: number;
  /** The scopes that an access token needs for the same call, separated by spaces. */
  readonly scope?: string;
}

export interface Allow {
  readonly decision: "allow";
  readonly route: string;
  readonly rule: string;
  readonly targets: readonly TargetRecord[];
  /** The cards that were tried before this one. */
  readonly trace: readonly CardTrace[];
}

export type Decision = Allow | Deny;

/** The part of a target's record that its caller may see. */
export function shownTarget(target: TargetRecord): TargetRecord {
  if (target.withheld === undefined || target.withheld.length === 0) return target;
  const hidden = new Set<string>(target.withheld);
  return Object.fromEntries(Object.entries(target).filter(([field]) => !hidden.has(field))) as unknown as TargetRecord;
}
