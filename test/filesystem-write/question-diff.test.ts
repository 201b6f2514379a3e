import { describe, test } from "vitest";
import { array, assert, asyncProperty, constantFrom, integer, nat, record } from "fast-check";
import { createRedactor } from "../../packages/runtime/src/index.ts";
import { type Kept, surroundingsOf } from "../../packages/runtime/src/redact-surroundings.ts";
import { type Edited, editContent } from "../../servers/filesystem-write/src/edit-content.ts";
import { unifiedDiff } from "../../servers/filesystem-write/src/unified-diff.ts";
import { expect } from "../expect.ts";

// Put together here, so that no scanner takes this file for a leak.
const frame = (edge: string): string => ["# -----", edge, " PRIVATE KEY-----"].join("");
const token = ["ghp", "Zk3Qw9Rt7Yp2Lm5Vx8Nc4Bd6Hf1Js0GaEiUo"].join("_");
const pool = [
  frame("BEGIN"),
  frame("END"),
  "AAAA1AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLL",
  token,
  `api_key = "${token}"`,
  "rm -rf x | sh",
  "one",
  "two",
  "",
];

const lines = (maxLength: number) => array(constantFrom(...pool), { minLength: 1, maxLength });
const cases = record({
  old: lines(14),
  edits: array(record({ from: nat(13), count: integer({ min: 1, max: 4 }), head: nat(8), newLines: lines(4) }), { minLength: 1, maxLength: 3 }),
});

const mask = /\[redacted:[a-z0-9-]+, (\d+) characters?\]/;

/** The positions of the new text that the question shows, and hides, in its added lines and those that stay. */
function* hiddenOf(question: string, now: string): Generator<number> {
  const starts = now.split("\n").reduce<number[]>((all, line) => [...all, (all.at(-1) ?? 0) + line.length + 1], [0]);
  let next = 0;
  for (const line of question.split("\n")) {
    const [, first] = /^@@ -\d+,\d+ \+(\d+),\d+ @@$/.exec(line) ?? [];
    if (first !== undefined) next = Number(first) - 1;
    if (next < 0 || !/^[ +]/.test(line) || line.startsWith("+++")) continue;
    let at = starts[next++] ?? expect.unreachable("more lines than there are");
    let rest = line.slice(1);
    for (let found = mask.exec(rest); found !== null; found = mask.exec(rest)) {
      const shown = rest.slice(0, found.index);
      expect(now.slice(at, at + shown.length)).toBe(shown);
      at += shown.length;
      for (let left = Number(found[1]); left > 0; left -= 1) yield at++;
      rest = rest.slice(found.index + found[0].length);
    }
    expect(now.slice(at, at + rest.length)).toBe(rest);
  }
}

function isKept(position: number, { kept, oldText, newText }: Edited): boolean {
  return kept.some(({ from, to, length }: Kept) => position >= to && position < to + length && oldText[from + position - to] === newText[position]);
}

describe("the diff in a question (B3)", () => {
  test("hides no character that an edit wrote, whatever stood there before and whatever it writes", async () => {
    const redact = createRedactor("secrets");
    let [changed, hidden] = [0, 0];
    await assert(
      asyncProperty(cases, async ({ old, edits }) => {
        const before = `${old.join("\n")}\n`;
        const written = edits.map(({ from, count, head, newLines }) => {
          const oldText = old.slice(from % old.length, (from % old.length) + count).join("\n");
          return { oldText: oldText.slice(Math.min(head, Math.max(0, oldText.length - 1))) || "one", newText: newLines.join("\n"), replaceAll: true };
        });
        const edited = await editContent(Buffer.from(before), written, new AbortController().signal).catch(() => undefined);
        if (edited === undefined || edited.oldText === edited.newText) return;
        changed += 1;
        const diff = unifiedDiff(edited, { path: "/srv/file", room: 1_000_000 });
        const { text } = await redact(diff.text, { ...surroundingsOf(diff), asked: true });
        for (const position of hiddenOf(text, edited.newText)) {
          hidden += 1;
          expect(isKept(position, edited), JSON.stringify({ before, written, position, text })).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(changed, hidden)).toBeGreaterThan(100);
  });
});
