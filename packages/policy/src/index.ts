export { takeFrom, giveBack, type Bucket, type Charged, type Taken } from "./bucket.ts";
export { parseBudgetLimit, type Budget, type BudgetLimit, type BudgetResource, type BudgetSubject, type Estimate, type PolicyBudget } from "./budget.ts";
export { callLimits, type CallLimit } from "./call-limits.ts";
export type { CardRemark, RemarkedCard } from "./card-remark.ts";
export type { Change, ContentDigest } from "./change.ts";
export { codesTable } from "./codes-table.ts";
export { denialCodes, failureCodes, isDenialCode, isFailureCode, type DenialCode, type FailureCode } from "./codes.ts";
export type { Committed } from "./committed.ts";
export { shownTarget, type AddressStep, type Allow, type CardTrace, type Decision, type Deny, type SymlinkStep, type TargetRecord } from "./decision.ts";
export { didYouMean } from "./did-you-mean.ts";
export { Failure } from "./failure.ts";
export type { CardLane } from "./card-lane.ts";
export { LateDenial } from "./late-denial.ts";
export { policyJsonSchema } from "./json-schema.ts";
export { credentialFile, type PolicyPlace } from "./credential-file.ts";
export { createMatcher } from "./match.ts";
export type { CallTarget, MatchCall, Matched, Matcher, MatcherOptions, MatchNeighbor, MatchTool } from "./matcher.ts";
export { PolicyError, type PolicyProblem } from "./policy-error.ts";
export { parsePolicy } from "./policy-file.ts";
export { policyFromFlags } from "./policy-from-flags.ts";
export { problemLine } from "./problem-line.ts";
export type { LoopLimit, Policy, PolicyCredential, PolicyHttp, PolicyIssuer, PolicyNetwork, PolicyPrincipal, PolicySource } from "./policy.ts";
export type { Principal } from "./principal.ts";
export { maskFor, type Redaction, type RedactionRule } from "./redaction.ts";
export type { RouteCard, WrittenNeighbor } from "./route-card.ts";
export { targetOptions, type ServerShape, type TargetOption } from "./server-shape.ts";
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
  TargetDetail,
  TargetKind,
  TargetState,
} from "./target-kind.ts";
export { withoutInvisible } from "./without-invisible.ts";
export { unaskedRecord } from "./unasked-record.ts";
