import { createTwoFilesPatch } from "diff";
import { describe, expect, test } from "vitest";
import { unifiedDiff } from "../src/unified-diff.ts";

const before = Array.from({ length: 40 }, (_, line) => `line ${line}`);

function hunks(oldText: string, newText: string, room = 1_000_000): string {
  const { text } = unifiedDiff({ oldText, newText, kept: [] }, { path: "/a.txt", room });
  return text.slice(text.indexOf("@@"), text.lastIndexOf("```")).trimEnd();
}

describe("a diff that is looked for only between what two texts share", () => {
  const changes: readonly (readonly [string, (lines: string[]) => readonly string[]])[] = [
    ["a changed line", (lines) => lines],
    ["a line put in", (lines) => lines.toSpliced(5, 0, "new")],
    ["the first line gone", (lines) => lines.slice(1)],
    ["the last line gone", (lines) => lines.slice(0, -1)],
    ["a line put in before the first", (lines) => ["new", ...lines]],
    ["a line put in behind the last", (lines) => [...lines, "new"]],
    ["changes far apart", (lines) => lines.with(2, "x").with(37, "y")],
    ["all lines gone", () => []],
  ];

  test.each(changes)("is the one of the whole texts: %s", (_name, change) => {
    for (const at of [0, 3, 20, 38, 39]) {
      for (const [end, newEnd] of [
        ["", ""],
        ["\n", "\n"],
        ["\n", ""],
        ["", "\n"],
      ] as const) {
        const [oldText, newText] = [before.join("\n") + end, change(before.with(at, "LINE")).join("\n") + newEnd];
        const whole = createTwoFilesPatch("", "", oldText, newText, "", "", { context: 4 });
        expect(hunks(oldText, newText)).toBe(whole.slice(whole.indexOf("@@")).trimEnd());
      }
    }
  });

  test("where it would take long, is all that lies between, line by line until there is no room", () => {
    const shown = hunks("x\n".repeat(30_000), "y\n".repeat(30_000), 20_000);
    expect(shown).toMatch(/^@@ -1,30000 \+1,30000 @@\n(-x\n)+-x$/);
  });
});
