import { tree, witness, withoutGuard } from "@postern/testing";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let made: ReturnType<typeof tree>;
beforeEach(() => {
  made = tree({ "d/file": "content", "d/other": "other", "d/link => file": true });
});
afterEach(() => made.remove());

const nothing = { reads: [], changes: [] };

describe("a witness sees a read", () => {
  const cases: readonly (readonly [string, () => void, readonly string[]])[] = [
    ["of a whole file", () => readFileSync(made.at("d/file")), ["d/file"]],
    ["through a symbolic link", () => readFileSync(made.at("d/link")), ["d/file"]],
    ["of one byte", () => readOne(openSync(made.at("d/file"), constants.O_RDONLY)), ["d/file"]],
    ["of a listing", () => readdirSync(made.at("d")), ["d"]],
  ];
  test.each(cases)("%s", (_name, act, reads) => {
    const watch = witness(made.root);
    act();
    expect(watch.seen()).toEqual({ reads, changes: [] });
    expect(watch.seen()).toEqual(nothing);
  });
});

describe("a witness sees a change", () => {
  const cases: readonly (readonly [string, () => void, readonly string[]])[] = [
    ["of content", () => appendFileSync(made.at("d/file"), "!"), ["d/file"]],
    ["of content at the same size", () => writeFileSync(made.at("d/file"), "CONTENT"), ["d/file"]],
    ["of the mode", () => chmodSync(made.at("d/file"), 0o700), ["d/file"]],
    ["of the time alone", () => utimesSync(made.at("d/file"), 1, 1), ["d/file"]],
    ["by a new file", () => writeFileSync(made.at("d/new"), ""), ["d", "d/new"]],
    ["by a removal", () => rmSync(made.at("d/other")), ["d", "d/other"]],
    ["by a hard link", () => linkSync(made.at("d/file"), made.at("d/twin")), ["d", "d/file", "d/twin"]],
    ["by a symbolic link", () => symlinkSync("x", made.at("d/new")), ["d", "d/new"]],
  ];
  test.each(cases)("%s", (_name, act, changes) => {
    const watch = witness(made.root);
    act();
    expect(watch.seen().changes).toEqual(changes);
  });
});

test("a witness sees nothing in a look-up, a stat or an open without a read", () => {
  const watch = witness(made.root);
  statSync(made.at("d/file"));
  lstatSync(made.at("d/link"));
  const opened = openSync(made.at("d/file"), constants.O_RDONLY);
  fstatSync(opened);
  closeSync(opened);
  expect(watch.seen()).toEqual(nothing);
});

test("what the guard would refuse works without it, and throws where it does not", () => {
  expect(withoutGuard.read("../d/file", made.at("d")).toString()).toBe("content");
  expect(withoutGuard.list("..", made.at("d"))).toEqual(["d"]);
  expect(withoutGuard.exists("link", made.at("d"))).toBe("link");
  expect(withoutGuard.exists("/dev/null")).toBe("special");
  expect(() => withoutGuard.read("gone", made.root)).toThrow("ENOENT");
});

function readOne(opened: number): void {
  readSync(opened, Buffer.alloc(1), 0, 1, 0);
  closeSync(opened);
}
