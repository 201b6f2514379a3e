import { lstatSync, readlinkSync, readSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { standAtDescriptors, through } from "../src/descriptors.ts";
import { fromWithin } from "../src/from-within.ts";
import { close, holdEntry, kernelPath, openAmbientDirectory, reopenForReading, stat } from "../src/handle.ts";
import { list } from "../src/list.ts";
import { entryNameOf } from "../src/name.ts";
import { pathKind } from "../src/path-kind.ts";
import { ask, plant, scopeOf } from "./planted.ts";
import { patient, rooted } from "./rooted.ts";

const before = process.cwd();
const here = (): string => readlinkSync("/proc/self/cwd");
const file = entryNameOf("f") ?? expect.unreachable();

beforeAll(standAtDescriptors);
afterAll(() => process.chdir(before));

test("a process that stands at its descriptors reaches what it holds, and nothing by a number alone (F1)", () => {
  using tree = plant("root/d/f = inside", "root/l => ../OUTSIDE", "OUTSIDE/f = outside");
  expect([here(), through]).toEqual([`/proc/${process.pid}/fd`, ""]);
  const scope = scopeOf([{ path: tree.at("root") }]);
  const raws = ["root/d/f", "root/l/f", "root/d/../../OUTSIDE/f", "OUTSIDE/f"].map((raw) => `${tree.path}/${raw}`);
  const held = openAmbientDirectory(tree.at("OUTSIDE"));
  const answers = [...raws, `${held}/f`, `./${held}/f`, String(held)].map((raw) => ask(scope, raw));
  expect(answers.map((answer) => (answer.decision === "deny" ? answer.code : answer.held.type))).toEqual([
    "file",
    "path.symlink_escape",
    "path.outside_root",
    "path.outside_root",
    "missing",
    "missing",
    "missing",
  ]);
  for (const answer of answers) if (answer.decision === "allow") pathKind.release(answer);
  pathKind.close(scope);
  close(held);
});

test("while it stands in a caller's directory, no number in it passes for a descriptor (F3)", () => {
  const numbers = Array.from({ length: 200 }, (_, number) => `root/${number}/f = planted`);
  using tree = plant(...numbers, "held/f = held");
  const root = openAmbientDirectory(tree.at("root"));
  const held = openAmbientDirectory(tree.at("held"));
  const bytes = Buffer.alloc(16);
  const [where, kernel, content] = fromWithin(root, (within) => {
    // What the guard against this is for: right here the same number is a name that the caller made.
    expect(lstatSync(`${within}${held}/f`).size).toBe("planted".length);
    const found = holdEntry(held, file);
    const open = reopenForReading(found);
    const read = readSync(open, bytes, 0, bytes.length, 0);
    const names = [kernelPath(held), kernelPath(found)];
    for (const each of [open, found]) close(each);
    return [here(), names, bytes.toString("latin1", 0, read)];
  });
  expect([where, kernel, content]).toEqual([tree.at("root"), [tree.at("held"), tree.at("held/f")], "held"]);
  expect([here(), through]).toEqual([`/proc/${process.pid}/fd`, ""]);
  expect(stat(held).isDirectory()).toBe(true);
  for (const each of [root, held]) close(each);
});

test("it is back at its descriptors when the work throws, and when the directory could not be entered", () => {
  using tree = plant("root/f");
  const entered = openAmbientDirectory(tree.at("root"));
  const refused = holdEntry(entered, file);
  const fails = (): never => {
    throw new Error("the work failed");
  };
  expect(() => fromWithin(entered, fails)).toThrow("the work failed");
  expect([here(), through]).toEqual([`/proc/${process.pid}/fd`, ""]);
  expect(fromWithin(refused, (within) => within)).toBe(`${refused}/`);
  expect([here(), through]).toEqual([`/proc/${process.pid}/fd`, ""]);
  for (const each of [entered, refused]) close(each);
});

test("lists with sizes and paths that are asked for between their pieces do not get into each other's way (F3)", async () => {
  using tree = rooted(Array.from({ length: 3_000 }, (_, index) => `root/${index}/f = ${index}`));
  const scope = scopeOf([{ path: tree.at("root") }]);
  const authority = tree.authority();
  const under = { way: true };
  const lists = Promise.all([1, 2, 3].map(() => list(authority, { signal: patient, sizes: true }))).finally(() => (under.way = false));
  let asked = 0;
  for (; under.way; asked += 1) {
    const answer = ask(scope, tree.at(`root/${asked % 3_000}/f`));
    if (answer.decision === "deny") throw new Error(answer.code);
    expect(kernelPath(answer.held.handle)).toBe(tree.at(`root/${asked % 3_000}/f`));
    pathKind.release(answer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await lists).map(({ entries }) => entries.length)).toEqual([3_000, 3_000, 3_000]);
  expect(asked).toBeGreaterThan(0);
  pathKind.close(scope);
});
