import type { CallView } from "./record.ts";

/** Bytes that a call took: from its budgets where it has one of them, else what came in and went out. Denied: none. */
export function takenBytes({ decision, budget, bytes_in: came, bytes_out: went }: Pick<CallView, "decision" | "budget" | "bytes_in" | "bytes_out">): number {
  if (decision === "deny") return 0;
  // every bucket is charged with the same
  return budget.find(({ resource }) => resource === "bytes")?.taken ?? came + (went ?? 0);
}
