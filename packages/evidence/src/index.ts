export { defaultEvidenceFile } from "./default-file.ts";
export { EvidenceUnavailable, type EvidenceLog } from "./evidence-log.ts";
export { followCalls } from "./follow.ts";
export type { SqliteEvidenceLog } from "./log.ts";
export { openEvidence, type EvidenceOptions } from "./open-evidence.ts";
export { readCalls } from "./query.ts";
export { readUsage, usageKeys, type Usage, type UsageFilter, type UsageKey } from "./usage.ts";
export type { SessionOwners } from "./session-owners.ts";
export type { SessionRow } from "./shared-state.ts";
export type { Cut } from "./cut.ts";
export type {
  BudgetName,
  ApprovalStep,
  BudgetState,
  CallFilter,
  CallView,
  Charge,
  Claim,
  ClaimEnd,
  Decided,
  Foreseen,
  DecisionRecord,
  Effect,
  Exceeded,
  OutcomeRecord,
  PolicyDetail,
  Receipt,
  Repeats,
  Reservation,
  Settled,
} from "./record.ts";
