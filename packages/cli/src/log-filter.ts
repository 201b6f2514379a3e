import type { CallFilter } from "@postern/evidence";
import { denialCodes, didYouMean, failureCodes } from "@postern/policy";
import type { ParseArgsOptionsConfig } from "node:util";
import { momentOf } from "./moment.ts";
import { flagOf, textOf, type OptionValues } from "./options.ts";
import { UsageError } from "./usage-error.ts";

const plain = ["principal", "tenant", "tool", "server", "route", "lane", "owner", "target", "call"] as const;
const decisions = ["allow", "deny"] as const;
const outcomes = ["ok", "failed", "cancelled", "denied", "unfinished", "unknown"] as const;
const mostRows = 1_000_000;

export const filterOptions: ParseArgsOptionsConfig = {
  ...Object.fromEntries([...plain, "code", "decision", "outcome", "since", "until", "limit"].map((name) => [name, { type: "string" }] as const)),
  unfinished: { type: "boolean" },
};

/** The filter that the options ask for. Values from a closed set are checked: a misspelt code must not look like "nothing happened". */
export function filterFrom(values: OptionValues, now: number): CallFilter & { readonly limit: number } {
  const given = Object.fromEntries(plain.flatMap((name) => entry(name, textOf(values, name))));
  const since = textOf(values, "since");
  const until = textOf(values, "until");
  return {
    ...given,
    ...Object.fromEntries(entry("code", member(values, "code", [...Object.keys(denialCodes), ...Object.keys(failureCodes)]))),
    ...Object.fromEntries(entry("decision", member(values, "decision", decisions))),
    ...Object.fromEntries(entry("outcome", member(values, "outcome", outcomes))),
    ...(since === undefined ? {} : { since: momentOf(since, now) }),
    ...(until === undefined ? {} : { until: momentOf(until, now) }),
    ...(flagOf(values, "unfinished") ? { unfinished: true } : {}),
    limit: limitOf(textOf(values, "limit")),
  };
}

function entry(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function member(values: OptionValues, name: string, known: readonly string[]): string | undefined {
  const value = textOf(values, name);
  if (value === undefined || known.includes(value)) return value;
  const near = didYouMean(value, known);
  const hint = near === undefined ? (known.length <= 6 ? `; one of ${known.join(", ")}` : "") : `; did you mean ${near}?`;
  throw new UsageError(`--${name} ${JSON.stringify(value)} does not exist${hint}`);
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return 50;
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > mostRows) throw new UsageError(`--limit is a number from 1 to ${mostRows}`);
  return limit;
}
