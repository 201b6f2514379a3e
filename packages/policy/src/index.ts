export { denialCodes, failureCodes, isDenialCode, isFailureCode, type DenialCode, type FailureCode } from "./codes.ts";
export type { Committed } from "./committed.ts";
export { shownTarget, type AddressStep, type Allow, type CardTrace, type Decision, type Deny, type SymlinkStep, type TargetRecord } from "./decision.ts";
export { Failure } from "./failure.ts";
export type { Principal } from "./principal.ts";
export type {
  Access,
  AnyTargetKind,
  AuthorityOf,
  Neighbor,
  Refused,
  Resolution,
  ResolveContext,
  Resolved,
  ScopeContext,
  TargetKind,
} from "./target-kind.ts";
