import { expect, test } from "vitest";
import { differences } from "./differences.ts";
import type { Expected } from "./expected.ts";
import type { SuiteCheck } from "./run-suite.ts";

const good: SuiteCheck = { id: "good", status: "SUCCESS" };
const bad: SuiteCheck = { id: "bad", status: "FAILURE", errorMessage: "wrong" };
const warned: SuiteCheck = { id: "warned", status: "WARNING" };
const skipped: SuiteCheck = { id: "skipped", status: "SKIPPED" };
const schema: SuiteCheck = { id: "wire-schema-valid", status: "SUCCESS" };

/** What a scenario found, how the list has it, and what is said of it. */
const table: readonly (readonly [string, readonly SuiteCheck[], Expected, readonly string[]])[] = [
  ["passes, as listed", [good, skipped, schema], "passes", []],
  ["an unlisted failure", [good, bad], "passes", ["s: bad: wrong"]],
  ["an unlisted warning", [good, warned], "passes", ["s: warned: failed"]],
  ["nothing looked at, listed as passing", [skipped, schema], "passes", ["s found nothing to look at"]],
  ["not applicable as a whole", [bad, schema], { why: "x" }, []],
  ["nothing looked at, listed as not applicable", [skipped, schema], { why: "x" }, []],
  ["listed as not applicable, and passes now", [good], { why: "x" }, ["s passes, and is listed as not applicable"]],
  ["one check not applicable, the others pass", [good, bad], { why: "x", checks: ["bad"] }, []],
  ["another check fails", [good, bad, warned], { why: "x", checks: ["bad"] }, ["s: warned: failed"]],
  [
    "a check listed as not applicable passes now",
    [good, warned],
    { why: "x", checks: ["good", "warned"] },
    ["s: good passes, and is listed as not applicable"],
  ],
];

test.each(table)("the list is held to what the suite finds: %s", (_name, checks, expected, said) => {
  expect(differences("s", checks, expected)).toEqual(said);
});
