import { expect, test } from "vitest";
import { codesTable } from "../src/codes-table.ts";
import { denialCodes, failureCodes, isDenialCode, isFailureCode } from "../src/codes.ts";
import { shownTarget, type TargetRecord } from "../src/decision.ts";
import { didYouMean } from "../src/did-you-mean.ts";
import { Failure } from "../src/failure.ts";
import { maskFor } from "../src/redaction.ts";

test("no code is both a denial and a failure (E3)", () => {
  for (const code of Object.keys(denialCodes)) expect([code, isDenialCode(code), isFailureCode(code)]).toEqual([code, true, false]);
  for (const code of Object.keys(failureCodes)) expect([code, isDenialCode(code), isFailureCode(code)]).toEqual([code, false, true]);
  for (const word of ["", "toString", "constructor", "__proto__"]) expect([word, isDenialCode(word), isFailureCode(word)]).toEqual([word, false, false]);
});

test("the table has one row for each code, with a sentence", () => {
  const rows = codesTable().trimEnd().split("\n").slice(2);
  expect(rows.map((row) => /^\| `([a-z_.]+)` \| (denial|failure) \| [A-Z][^|]+\. \|$/.exec(row)?.[1])).toEqual([
    ...Object.keys(denialCodes),
    ...Object.keys(failureCodes),
  ]);
});

test("a record shows its caller everything but what was withheld (F4)", () => {
  const record: TargetRecord = {
    kind: "path",
    argument: "path",
    raw: "a",
    operation: "file",
    decision: "deny",
    code: "path.symlink_escape",
    canonical: "/secret/place",
    symlinks: [{ at: "a", target: "/secret/place", decision: "denied" }],
    withheld: ["canonical", "symlinks"],
  };
  const shown = shownTarget(record);
  expect(JSON.stringify(shown)).not.toContain("secret");
  expect(shown).toEqual({
    kind: "path",
    argument: "path",
    raw: "a",
    operation: "file",
    decision: "deny",
    code: "path.symlink_escape",
    withheld: ["canonical", "symlinks"],
  });
  const { withheld: _, ...open } = record;
  expect(shownTarget(open)).toEqual(open);
});

test("a failure carries its code, and keeps its cause to itself", () => {
  const failure = new Failure("fs.io", "notes.txt could not be read.", { cause: new Error("EIO /private/path") });
  expect([failure.code, failure.message, isFailureCode(failure.code)]).toEqual(["fs.io", "notes.txt could not be read.", true]);
  expect(JSON.stringify(failure)).not.toContain("private");
});

test.for<readonly [string, string]>([
  ["budjet", "budget"],
  ["reedact", "redact"],
  ["toosl", "tools"],
  ["REDACT", "redact"],
  ["id", "id"],
  ["ids", "id"],
])("takes %s for %s", ([word, meant]) => {
  expect(didYouMean(word, ["redact", "budget", "tools", "id", "approval"])).toBe(meant);
});

test.for([["xyzzy"], [""], ["a".repeat(10_000)], ["approximately"]])("takes %j for nothing at all", ([word]) => {
  expect(didYouMean(word ?? "", ["redact", "budget", "tools", "approval"])).toBeUndefined();
});

test("a mask names the kind of secret and can carry nothing else (F4)", () => {
  expect(maskFor("github-token")).toBe("[redacted:github-token]");
  for (const kind of ["", "AKIA1234", "a b", "a]b", "-a", "a\n"]) expect(() => maskFor(kind)).toThrow(RangeError);
});
