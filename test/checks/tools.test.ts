import { tree } from "@postern/testing";
import { describe, expect, test } from "vitest";
import { format, lint } from "./tools.ts";

const project = '{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2024" }, "include": ["*.ts"] }\n';

describe("the linter finds", () => {
  test.each([
    ["a promise that nobody awaits", "async function a(): Promise<void> {}\na();\n", "no-floating-promises"],
    [
      "a promise where a condition is meant",
      "async function a(): Promise<boolean> {\n  return true;\n}\nif (a()) process.exitCode = 1;\n",
      "no-misused-promises",
    ],
    [
      "a case that is not handled",
      'export function f(a: "x" | "y"): void {\n  switch (a) {\n    case "x":\n      break;\n  }\n}\n',
      "switch-exhaustiveness-check",
    ],
    ["any", "export const a: any = 1;\n", "no-explicit-any"],
    ["console", 'console.log("protocol?");\n', "no-console"],
    ["something thrown that is no error", 'throw "text";\n', "only-throw-error"],
    ["a silenced compiler", "// @ts-ignore\nexport const a = 1;\n", "ban-ts-comment"],
    ["a loose comparison", "export const a = (b: unknown): boolean => b == 1;\n", "eqeqeq"],
  ])("%s", (_name, text, rule) => {
    using folder = tree({ "seeded.ts": text, "tsconfig.json": project });
    expect(lint(folder.root)).toMatchObject([{ message: expect.stringContaining(rule) as string }]);
  });

  test("nothing in a clean file", () => {
    using folder = tree({ "clean.ts": "export const a = 1;\n", "tsconfig.json": project });
    expect(lint(folder.root)).toEqual([]);
  });
});

test("the formatter finds a file that it would write otherwise, and only that", () => {
  using clean = tree({ "a.ts": "export const a = 1;\n" });
  expect(format(clean.root)).toEqual([]);
  using seeded = tree({ "a.ts": "export const a=1" });
  expect(format(seeded.root)).toMatchObject([{ message: expect.stringContaining("a.ts") as string }]);
});
