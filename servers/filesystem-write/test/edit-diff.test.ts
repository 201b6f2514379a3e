import { applyPatch, parsePatch } from "diff";
import { describe, expect, test } from "vitest";
import { editContent } from "../src/edit-content.ts";
import { findSequence, findText } from "../src/find-sequence.ts";
import { unifiedDiff } from "../src/unified-diff.ts";

/** Numbers below a bound, the same in each run. */
function* numbers(seed: number): Generator<number, never, number> {
  let state = seed;
  for (let bound = yield 0; ; bound = yield state % bound) state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
}

function drawing(seed: number): (bound: number) => number {
  const source = numbers(seed);
  source.next();
  return (bound) => source.next(bound).value;
}

function linesOf(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

describe("short texts of few letters, which repeat and overlap", () => {
  const units = (text: string): Uint16Array => Uint16Array.from(text, (letter) => letter.charCodeAt(0));

  test("are found where the linear search finds them", async () => {
    const draw = drawing(7);
    for (let round = 0; round < 4_000; round += 1) {
      const text = (most: number): string => Array.from({ length: draw(most) }, () => "ab\n".charAt(draw(3))).join("");
      const [sought, within, most] = [text(5), text(40), 1 + draw(6)];
      expect(await findText(sought, within, most), JSON.stringify({ sought, within, most })).toEqual(findSequence(units(sought), units(within), most));
    }
  });

  test("are found by the linear search where comparing all with all would take long", async () => {
    const within = `${"a".repeat(1_000_000)}b`;
    expect(await findText(`${"a".repeat(1_000)}b`, within, 10)).toEqual({ at: [999_000], overlapping: false, cut: false });
  });

  test("give a diff that makes the new text of the old one", async () => {
    const draw = drawing(11);
    const lines = (most: number): string => Array.from({ length: draw(most) }, () => ["a", "b", "", "ab"][draw(4)]).join("\n");
    let applied = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const before = `${lines(30)}${draw(2) === 0 ? "" : "\n"}`;
      const from = draw(before.length + 1);
      const oldText = before.slice(from, from + 1 + draw(6));
      if (oldText === "") continue;
      const edits = Array.from({ length: 1 + draw(2) }, () => ({ oldText, newText: lines(4), replaceAll: true }));
      const edited = await editContent(Buffer.from(before), edits, new AbortController().signal).catch(() => undefined);
      if (edited === undefined || edited.oldText === edited.newText) continue;
      const { text } = unifiedDiff(edited, { path: "/a.txt", room: 1_000_000 });
      const patch = text.slice(text.indexOf("---"), text.lastIndexOf("```"));
      expect(applyPatch(edited.oldText, patch), JSON.stringify({ before, edits })).toBe(edited.newText);
      // Fewer lines behind a change would say that the file ends there.
      const [last] = parsePatch(patch)[0]?.hunks.slice(-1) ?? [];
      const shown = last?.lines.filter((line) => !line.startsWith("\\")) ?? [];
      const behind = shown.length - 1 - shown.findLastIndex((line) => !line.startsWith(" "));
      const left = linesOf(edited.oldText) - ((last?.oldStart ?? 0) - 1 + (last?.oldLines ?? 0));
      expect(behind === 4 || left <= 0, JSON.stringify({ before, edits, patch })).toBe(true);
      applied += 1;
    }
    expect(applied).toBeGreaterThan(500);
  });
});
