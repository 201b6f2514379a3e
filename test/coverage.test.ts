import { describe, expect, test } from "vitest";
import { citations, coverage } from "./checks/citations.ts";
import { readSources, sourceOf } from "./checks/source.ts";
import { later, partly, requirements } from "./requirements.ts";

const cited = citations(readSources());

test("every promise is proved by a test or listed as later, never both, and no test cites one that does not exist", () => {
  expect(coverage(cited, Object.keys(requirements), Object.keys(later))).toEqual({ unknown: [], unproved: [], early: [] });
});

test("what is only partly proved is cited at all", () => {
  expect(Object.keys(partly).filter((id) => !cited.has(id))).toEqual([]);
});

describe("the coverage check itself", () => {
  const idsIn = (text: string): readonly string[] => [...citations([sourceOf("packages/a/test/a.test.ts", text)]).keys()];

  test.each([
    ["a name", 'test("denies it (F3)", () => {});', ["F3"]],
    ["several in a name", 'test("denies it (F3, E1)", () => {});', ["F3", "E1"]],
    ["a group's name", 'describe("links (F1)", () => {});', ["F1"]],
    ["a table's name", 'test.each([1])("denies %s (F3)", () => {});', ["F3"]],
    ["a table's rows", 'test.each([["denies it (F3)", 1]])("%s", () => {});', ["F3"]],
    ["no row that is data", 'test.each([["a (F3) b", 1]])("%s", () => {});', []],
    ["a conditional name", 'test.skipIf(true)("denies it (F3)", () => {});', ["F3"]],
    ["a template", "test(`denies it (F3)`, () => {});", ["F3"]],
    ["no comment", '// proves F3 (F3)\ntest("denies it", () => {});', []],
    ["no other string", 'test("denies it", () => { call("x (F3)"); });', []],
    ["no other parentheses", 'test("denies it (CVE-2025-53110)", () => {});', []],
  ])("reads %s", (_name, text, ids) => {
    expect(idsIn(text)).toEqual(ids);
  });

  test("finds an unknown id, an unproved one and one that is both cited and listed as later", () => {
    const some = citations([sourceOf("packages/a/test/a.test.ts", 'test("a (F3, Z9)", () => {}); test("b (U1)", () => {});')]);
    expect(coverage(some, ["F3", "F4", "U1", "U2"], ["U1", "U2"])).toEqual({
      unknown: ["Z9 in packages/a/test/a.test.ts"],
      unproved: ["F4"],
      early: ["U1 in packages/a/test/a.test.ts"],
    });
  });

  test("only counts tests, not other files", () => {
    expect(citations([sourceOf("packages/a/src/a.ts", 'test("a (F3)", () => {});')]).size).toBe(0);
  });
});
