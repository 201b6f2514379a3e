import { byteUnitNames, parseByteSize } from "./byte-size.ts";

/** `cost` is counted in units of the operator's own: what a call costs is what its card estimates. */
export type BudgetResource = "calls" | "bytes" | "cost";
export const budgetResources = ["calls", "bytes", "cost"] as const satisfies readonly BudgetResource[];

/** Whose account a budget is: that of the owner that a card names, of the caller, of its tenant, of the card's credential. */
export type BudgetSubject = "owner" | "principal" | "tenant" | "lane";
export const budgetSubjects = ["owner", "principal", "tenant", "lane"] as const satisfies readonly BudgetSubject[];

/** What the cards that name it may use together: `owner` is whose account it goes on, and several cards may share one. */
export interface Budget {
  readonly owner: string;
  /** Empty: the owner's limits stand in the policy's `budgets`. */
  readonly limits: readonly BudgetLimit[];
}

/** What all calls of one subject may use together, whichever card or server of the host they go through. */
export interface PolicyBudget {
  readonly per: BudgetSubject;
  readonly id: string;
  readonly limits: readonly BudgetLimit[];
}

/** What a card expects one of its calls to take. It is reserved with the decision. */
export interface Estimate {
  /** Taken whatever the call does. */
  readonly cost: number;
  /** The outcome settles the difference to what it really was. Absent: the guard's own guess by effect. */
  readonly bytes?: number;
}

export interface BudgetLimit {
  readonly resource: BudgetResource;
  /** Calls, bytes or units of cost, per window. */
  readonly limit: number;
  readonly windowMs: number;
}

const windows = new Map([
  ["second", 1_000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

/**
 * Reads `600/minute` (calls, cost) or `500MB/hour` (bytes; decimal units are powers of 1000, `KiB` and its kin of 1024).
 * A string says what is wrong with the text. Zero is refused: a budget that can never be paid is a card that should not exist.
 */
export function parseBudgetLimit(resource: BudgetResource, text: string): BudgetLimit | string {
  const example = resource === "bytes" ? "500MB/hour" : "600/minute";
  const found = /^([1-9]\d{0,14})([A-Za-z]{0,3})\/([a-z]+)$/.exec(text);
  if (found === null) return `write it like ${example}`;
  const [, digits = "", unit = "", window = ""] = found;
  const windowMs = windows.get(window);
  if (windowMs === undefined) return `the window is one of ${[...windows.keys()].join(", ")}, like ${example}`;
  if (resource !== "bytes" && unit !== "") return resource === "calls" ? `calls have no unit, like ${example}` : `cost has no unit, like ${example}`;
  if (resource === "bytes" && !byteUnitNames.includes(unit)) return `the unit is one of ${byteUnitNames.join(", ")}, like ${example}`;
  const limit = resource === "bytes" ? parseByteSize(`${digits}${unit}`) : Number(digits);
  if (limit === undefined || !Number.isSafeInteger(limit)) return "the number is too large to count";
  return { resource, limit, windowMs };
}
