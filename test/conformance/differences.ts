import type { Expected } from "./expected.ts";
import type { SuiteCheck } from "./run-suite.ts";

/** What went another way than the list has it, in either direction. */
export function differences(scenario: string, checks: readonly SuiteCheck[], expected: Expected): readonly string[] {
  const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
  // That messages fit the schema is looked at in each scenario, and is not what any is about.
  const looked = checks.some(({ id, status }) => status === "SUCCESS" && id !== "wire-schema-valid");
  if (expected !== "passes" && expected.checks === undefined) return bad.length > 0 || !looked ? [] : [`${scenario} passes, and is listed as not applicable`];
  if (!looked) return [`${scenario} found nothing to look at`];
  const listed = new Set(expected === "passes" ? [] : expected.checks);
  const failed = new Set(bad.map(({ id }) => id));
  return [
    ...bad.filter(({ id }) => !listed.has(id)).map(({ id, errorMessage }) => `${scenario}: ${id}: ${errorMessage ?? "failed"}`),
    ...[...listed].filter((id) => !failed.has(id)).map((id) => `${scenario}: ${id} passes, and is listed as not applicable`),
  ];
}
