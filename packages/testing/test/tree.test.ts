import { tree } from "@postern/testing";
import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { afterEach, expect, test } from "vitest";

let made: ReturnType<typeof tree> | undefined;
afterEach(() => made?.remove());

test("plants files, directories, symbolic links, hard links and FIFOs", () => {
  made = tree({
    "root/a.txt": "text",
    "root/bytes": new Uint8Array([0, 255]),
    "root/empty/": true,
    "root/deep/out => ../../secret": true,
    "secret/a": "no",
    "root/twin == secret/a": true,
    "root/pipe |": true,
  });
  expect(readFileSync(made.at("root", "a.txt"), "utf8")).toBe("text");
  expect([...readFileSync(made.at("root/bytes"))]).toEqual([0, 255]);
  expect(statSync(made.at("root/empty")).isDirectory()).toBe(true);
  expect(readlinkSync(made.at("root/deep/out"))).toBe("../../secret");
  expect(statSync(made.at("root/twin")).ino).toBe(statSync(made.at("secret/a")).ino);
  expect(lstatSync(made.at("root/pipe")).isFIFO()).toBe(true);
});

test.each([["../escape"], ["a/../../escape"], ["/etc/escape"]])("refuses to plant %s outside itself", (name) => {
  expect(() => (made = tree({ [name]: "x" }))).toThrow("outside the tree");
});

test("refuses a file without content instead of planting an empty one", () => {
  expect(() => (made = tree({ "a.txt": true }))).toThrow("needs content");
});

test("is gone at the end of its scope", () => {
  let root: string;
  {
    using scoped = tree({ a: "x" });
    root = scoped.root;
    expect(existsSync(root)).toBe(true);
  }
  expect(existsSync(root)).toBe(false);
});
