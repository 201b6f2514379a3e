import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Contestant } from "./contestants.ts";
import { Ground } from "./ground.ts";
import type { Measure } from "./measure.ts";
import { lines } from "./tree.ts";

const everybody = ["ours", "fsync", "official"] as const;
const bytes = 4 * 1024;
const half = lines(bytes / 2);
/** Line that the edits change, to the other one and back. */
const marks = ['const side = "north";', 'const side = "south";'] as const;

export const writeMeasures: readonly Measure[] = [
  row("write-new", "new file of 4 KiB", {
    run: (session) => session.call("write_file", { path: session.ground.fresh("write-new"), content: contentOf(0) }),
    verify(answer, { ground }) {
      says(answer, "Successfully wrote to ");
      holds(ground.latest("write-new"), contentOf(0));
    },
  }),
  row("write-over", "overwrite 4 KiB", {
    run: (session) => session.call("write_file", { path: overwritten(session.ground), content: contentOf(session.ground.next("write-over")) }),
    verify(answer, { ground }) {
      says(answer, "Successfully wrote to ");
      holds(overwritten(ground), contentOf(ground.last("write-over")));
    },
  }),
  row("edit", "edit in 4 KiB", {
    run({ call, ground }) {
      const number = ground.next("edit");
      return call("edit_file", { path: edited(ground), edits: [{ oldText: markAfter(number - 1), newText: markAfter(number) }] });
    },
    verify(answer, { ground }) {
      const number = ground.last("edit");
      says(answer, `\n-${markAfter(number - 1)}\n+${markAfter(number)}\n`);
      holds(edited(ground), editedAs(markAfter(number)));
    },
  }),
  row("mkdir", "make a directory", {
    run: (session) => session.call("create_directory", { path: session.ground.fresh("mkdir") }),
    verify(answer, { ground }) {
      says(answer, "Successfully created directory ");
      if (!statSync(ground.latest("mkdir")).isDirectory()) throw new Error("what was made is no directory");
    },
  }),
  row("move", "move to another directory", {
    run({ call, ground }) {
      const number = ground.next("move");
      return call("move_file", { source: movedAfter(ground, number - 1), destination: movedAfter(ground, number) });
    },
    verify(answer, { ground }) {
      const number = ground.last("move");
      says(answer, "Successfully moved ");
      if (existsSync(movedAfter(ground, number - 1))) throw new Error("what was moved is still there");
      holds(movedAfter(ground, number), contentOf(0));
    },
  }),
];

/** What one contestant writes on, with the files that its calls change. */
export function makeWriteGround(place: string, contestant: Contestant): Ground {
  const ground = new Ground(place, contestant);
  const moved = movedAfter(ground, -1);
  for (const directory of [ground.root, dirname(moved), dirname(movedAfter(ground, 0))]) mkdirSync(directory);
  writeFileSync(overwritten(ground), contentOf(-1));
  writeFileSync(edited(ground), editedAs(markAfter(-1)));
  writeFileSync(moved, contentOf(0));
  return ground;
}

function row(id: string, title: string, calls: Pick<Measure, "run" | "verify">): Measure {
  return { id, title, inFlight: 1, slice: 700, target: 1, roles: everybody, ...calls };
}

const overwritten = ({ root }: Ground) => join(root, "overwritten.ts");
const edited = ({ root }: Ground) => join(root, "edited.ts");

/** Another text for each number, so that a write that was left out is seen. */
function contentOf(number: number): string {
  const head = `const number = ${number};\n`;
  return `${head}${half}${half.slice(head.length)}`;
}

function editedAs(mark: string): string {
  return `${half}${mark}\n${half.slice(mark.length + 1)}`;
}

/** The mark that stands in the file after so many calls. */
function markAfter(number: number): string {
  return number % 2 === 0 ? marks[0] : marks[1];
}

/** Where the file lies after so many calls. */
function movedAfter({ root }: Ground, number: number): string {
  return join(root, number % 2 === 0 ? "there" : "here", "moved.ts");
}

function says(answer: string, expected: string): void {
  if (!answer.includes(expected)) throw new Error(`the answer does not say ${JSON.stringify(expected)}: ${answer.slice(0, 500)}`);
}

function holds(path: string, expected: string): void {
  if (readFileSync(path, "utf8") !== expected) throw new Error(`${path} does not hold what was written`);
}
