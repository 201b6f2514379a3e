export { EvidenceUnavailable, type EvidenceLog } from "./evidence-log.ts";
export type { BudgetState, CallView, Charge, Decided, DecisionRecord, Effect, OutcomeRecord, Receipt, Reservation } from "./record.ts";
