import { quote } from "./canonical.ts";
import type { CallFilter } from "./record.ts";
import type { Value } from "./sqlite.ts";

/**
 * The part of a filter that the projection's indexes can answer. It may let through what the filter does not mean
 * (`matches` looks again), and never keeps back what it does: an ending that the projection does not hold yet counts as any.
 */
export function where(filter: CallFilter): { readonly sql: string; readonly parameters: readonly Value[] } {
  const terms: string[] = [];
  const parameters: Value[] = [];
  const add = (term: string, ...values: readonly Value[]): void => {
    terms.push(term);
    parameters.push(...values);
  };
  const named = "(SELECT id FROM dim WHERE value = ?)";
  for (const column of ["principal", "tenant", "tool", "server", "route", "lane", "owner"] as const) {
    const value = filter[column];
    if (value !== undefined) add(`call.${column} = ${named}`, value);
  }
  if (filter.code !== undefined) {
    add(`(call.code = ${named} OR call.failure = ${named} OR (call.ended IS NULL AND call.decision = 1))`, filter.code, filter.code);
  }
  if (filter.decision !== undefined) add("call.decision = ?", filter.decision === "allow" ? 1 : 0);
  if (filter.unfinished === true) add(`call.decision = 1 AND (call.ended IS NULL OR call.outcome = ${named})`, "unknown");
  if (filter.call !== undefined) add("call.call = ?", filter.call);
  if (filter.since !== undefined) add("call.time >= ?", filter.since * 1000);
  if (filter.until !== undefined) add("call.time < ?", filter.until * 1000);
  if (filter.after !== undefined) add("call.seq > ?", filter.after);
  if (filter.target !== undefined) {
    const prefix = quote(filter.target.toWellFormed()).slice(0, -1);
    add("(instr(decided.body, CAST(? AS BLOB)) > 0 OR instr(decided.body, CAST(? AS BLOB)) > 0)", `"raw":${prefix}`, `"canonical":${prefix}`);
  }
  return { sql: terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`, parameters };
}
