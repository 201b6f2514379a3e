export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TestFile {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/**
 * Adds up the test runner's own report. Whatever went wrong counts at least once: a file that could not be loaded, an
 * error outside every test, a run that left no report or ended badly without naming a failed test.
 */
export function totals(report: string | undefined, exitStatus: number | null): Totals {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const files = (JSON.parse(report) as { readonly testResults: readonly TestFile[] }).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (...statuses: readonly string[]): number => tests.filter((test) => statuses.includes(test.status)).length;
  const unloaded = files.filter((file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")).length;
  const failed = count("failed") + unloaded;
  return { passed: count("passed"), failed: failed === 0 && exitStatus !== 0 ? 1 : failed, skipped: count("skipped", "pending", "todo", "disabled") };
}
