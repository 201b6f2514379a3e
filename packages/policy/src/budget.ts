/** What the cards that name it may use together: `owner` is whose account it goes on, and several cards may share one. */
export interface Budget {
  readonly owner: string;
  readonly limits: readonly BudgetLimit[];
}

export interface BudgetLimit {
  readonly resource: "calls" | "bytes";
  /** Calls, or bytes, per window. */
  readonly limit: number;
  readonly windowMs: number;
}

const windows = new Map([
  ["second", 1_000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);

const byteUnits = new Map([
  ["B", 1],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/**
 * Reads `600/minute` (calls) or `500MB/hour` (bytes; decimal units are powers of 1000, `KiB` and its kin of 1024).
 * A string says what is wrong with the text. Zero is refused: a budget that can never be paid is a card that should not exist.
 */
export function parseBudgetLimit(resource: "calls" | "bytes", text: string): BudgetLimit | string {
  const example = resource === "calls" ? "600/minute" : "500MB/hour";
  const found = /^([1-9]\d{0,14})([A-Za-z]{0,3})\/([a-z]+)$/.exec(text);
  if (found === null) return `write it like ${example}`;
  const [, digits = "", unit = "", window = ""] = found;
  const windowMs = windows.get(window);
  if (windowMs === undefined) return `the window is one of ${[...windows.keys()].join(", ")}, like ${example}`;
  if (resource === "calls" && unit !== "") return `calls have no unit, like ${example}`;
  const factor = resource === "calls" ? 1 : byteUnits.get(unit);
  if (factor === undefined) return `the unit is one of ${[...byteUnits.keys()].join(", ")}, like ${example}`;
  const limit = Number(digits) * factor;
  if (!Number.isSafeInteger(limit)) return "the number is too large to count";
  return { resource, limit, windowMs };
}
