import { describe, expect, test } from "vitest";
import { comments, everyTestRuns, exportsByName, length } from "./shape.ts";
import { sourceOf } from "./source.ts";

const at = "packages/policy/src/x.ts";

test("finds a test file over its own ceiling", () => {
  expect(length([sourceOf("packages/policy/test/x.test.ts", `${"\n".repeat(449)}const a = 1;\n`)])).toEqual([]);
  expect(length([sourceOf("packages/policy/test/x.test.ts", `${"\n".repeat(450)}const a = 1;\n`)])).toHaveLength(1);
});

test("finds a file over the ceiling, and only then", () => {
  expect(length([sourceOf(at, "const a = 1;\n".repeat(1))])).toEqual([]);
  expect(length([sourceOf(at, "\n".repeat(299) + "const a = 1;\n")])).toEqual([]);
  expect(length([sourceOf(at, "\n".repeat(300) + "const a = 1;\n")])).toHaveLength(1);
});

describe("finds exports without names", () => {
  test.each([
    ["export *", at, 'export * from "./y.ts";'],
    ["export * under a name", at, 'export * as y from "./y.ts";'],
    ["a default export", at, "export default 1;"],
    ["a default class", at, "export default class A {}"],
    ["code in an index", "packages/policy/src/index.ts", "export const a = 1;"],
    ["an import in an index", "packages/policy/src/index.ts", 'import "./y.ts";'],
    ["an empty index", "packages/policy/src/index.ts", "export {};"],
    ["a dumping ground", "packages/policy/src/utils.ts", "export const a = 1;"],
    ["a dumping ground of types", "packages/policy/src/types.ts", "export type A = 1;"],
  ])("%s", (_name, path, text) => {
    expect(exportsByName([sourceOf(path, text)])).toHaveLength(1);
  });

  test("lets re-exports by name through, and the configuration's default", () => {
    expect(exportsByName([sourceOf("packages/policy/src/index.ts", 'export { a, type B } from "./y.ts";\nexport type { C } from "./z.ts";')])).toEqual([]);
    expect(exportsByName([sourceOf("test/vitest.config.ts", "export default {};")])).toEqual([]);
  });
});

test.each([
  "// TODO later",
  "/* FIXME */",
  "// @ts-ignore",
  "// @ts-expect-error: no types",
  "// oxlint-disable-next-line no-console",
  "/* oxlint-disable no-console -- all of it */",
  "// oxlint-disable-next-line -- whatever it is",
  "// biome-ignore format: pretty",
])("finds an open end or a silenced check: %s", (line) => {
  expect(comments([sourceOf(at, `${line}\nconst a = 1;`)])).toMatchObject([{ path: at, line: 1 }]);
});

test("lets a named rule be silenced for one line with a reason", () => {
  expect(comments([sourceOf(at, "// oxlint-disable-next-line unicorn/no-thenable -- the schema's own word\nconst a = 1;")])).toEqual([]);
});

test.each(['test.only("a", () => {});', 'test.skip("a", () => {});', 'describe.only("a", () => {});', 'test.todo("a");', 'it.skip.each([1])("a", () => {});'])(
  "finds a test that leaves something out: %s",
  (text) => {
    expect(everyTestRuns([sourceOf("packages/policy/test/x.test.ts", text)])).toHaveLength(1);
  },
);

test("lets a skip with a condition through", () => {
  expect(everyTestRuns([sourceOf("packages/policy/test/x.test.ts", 'test.skipIf(!linux)("a", () => {}); test.each([1])("b", () => {});')])).toEqual([]);
});
