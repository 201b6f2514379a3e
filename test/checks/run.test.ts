import { expect, test } from "vitest";
import { totals } from "./totals.ts";

const file = (status: string, ...statuses: readonly string[]): object => ({
  status,
  assertionResults: statuses.map((each) => ({ status: each, fullName: "a" })),
});
const report = (...files: readonly object[]): string => JSON.stringify({ testResults: files });

test.each([
  ["adds up over files", report(file("passed", "passed", "passed"), file("passed", "passed", "skipped")), 0, { passed: 3, failed: 0, skipped: 1 }],
  ["counts failures", report(file("failed", "passed", "failed")), 1, { passed: 1, failed: 1, skipped: 0 }],
  ["counts a file that could not be loaded", report(file("failed"), file("passed", "passed")), 1, { passed: 1, failed: 1, skipped: 0 }],
  ["counts an error outside every test", report(file("passed", "passed")), 1, { passed: 1, failed: 1, skipped: 0 }],
  ["counts a runner that was killed", report(file("passed", "passed")), null, { passed: 1, failed: 1, skipped: 0 }],
  ["counts a run without a report", undefined, 0, { passed: 0, failed: 1, skipped: 0 }],
] as const)("the last line of the test command %s", (_name, text, status, expected) => {
  expect(totals(text, status)).toEqual(expected);
});
