import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { IgnoreChain } from "../src/gitignore.ts";
import { plant } from "./planted.ts";

const chain = (text: string): IgnoreChain => IgnoreChain.empty().below("", text);
const ignores = (of: IgnoreChain, path: string): boolean => {
  const bare = path.replace(/\/$/, "");
  return of.ignores(bare, bare.slice(bare.lastIndexOf("/") + 1), path.endsWith("/"));
};

/** What a directory's rules do to everything below it: asked from the top, as a walk asks. */
function ignoredByWalk(of: (directory: string) => IgnoreChain, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, index) => {
    const above = parts.slice(0, index).join("/");
    return ignores(of(above), parts.slice(0, index + 1).join("/") + (index < parts.length - 1 ? "/" : ""));
  });
}

describe(".gitignore rules", () => {
  test.each([
    ["# comment\n\n*.log", ["a.log", "d/b.log"], ["a.txt", "# comment"]],
    ["node_modules/", ["node_modules/", "d/node_modules/"], ["node_modules"]],
    ["/build", ["build", "build/"], ["d/build"]],
    ["doc/*.txt", ["doc/a.txt"], ["doc/s/a.txt", "x/doc/a.txt"]],
    ["*.log\n!keep.log", ["a.log"], ["keep.log"]],
    ["!keep.log\n*.log", ["keep.log"], []],
    ["**/foo", ["foo", "a/foo", "a/b/foo"], ["foox"]],
    ["a/**", ["a/b", "a/b/c"], ["a/", "a"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b"]],
    ["\\#x\n\\!y\ntrail\\ ", ["#x", "!y", "trail "], ["trail"]],
    ["blank   ", ["blank"], ["blank   "]],
    ["*.py[cod]", ["a.pyc", "a.pyd"], ["a.py"]],
    ["crlf\r\nnext\r", ["crlf", "next"], []],
    ["{a,b}", ["{a,b}"], ["a"]],
    ["+(a)", ["+(a)"], ["a"]],
    [".*\n!.keep", [".x"], [".keep", "x"]],
  ] as const)("%j", (text, yes, no) => {
    const rules = chain(text);
    for (const path of yes) expect(ignores(rules, path), path).toBe(true);
    for (const path of no) expect(ignores(rules, path), path).toBe(false);
  });

  test("the nearest file that has an opinion decides, relative to where it lies", () => {
    const nested = chain("*.log\n/top").below("d", "!a.log\n/x");
    expect(["d/b.log", "d/x"].filter((path) => ignores(nested, path))).toEqual(["d/b.log", "d/x"]);
    expect(["d/a.log", "d/e/x", "d/top"].filter((path) => ignores(nested, path))).toEqual([]);
  });

  test.each([
    ["stars", (index: number) => `*a*a*a*a*a*a*${index}`],
    ["classes", (index: number) => `${"[[:alpha:]]".repeat(45)}${index}`],
  ])("a hostile file costs little time (F1): %s", (_name, line) => {
    const lines = Array.from({ length: 5_000 }, (_, index) => line(index));
    const began = performance.now();
    const rules = chain(lines.join("\n"));
    expect(ignores(rules, "a".repeat(250))).toBe(false);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

const noGit = spawnSync("git", ["--version"]).error === undefined ? undefined : "needs git";

test.skipIf(noGit !== undefined)(`agrees with git on every path of a tree${noGit === undefined ? "" : ` (skipped: ${noGit})`}`, () => {
  const files: Record<string, string> = {
    "": "*.log\n!keep.log\n/dist\nbuild/\nsrc/**/gen\n**/tmp/**\n*.[oa]\n\\!odd\n?.q\ndoc/*.html\nvendor/*\n!vendor/ours\n[Dd]ebug\n",
    src: "*.map\n!*.log\n/only\n",
    "src/deep": "!*.o\n*\n!*.md\n",
  };
  const paths = [
    "a.log",
    "keep.log",
    "dist",
    "src/dist",
    "build/x",
    "src/build",
    "src/a/gen/x",
    "src/gen",
    "tmp/x",
    "a/tmp/b/c",
    "x.o",
    "x.ob",
    "!odd",
    "a.q",
    "ab.q",
  ].concat(
    [
      "doc/i.html",
      "doc/s/i.html",
      "x/doc/i.html",
      "vendor/a/b",
      "vendor/ours/x",
      "Debug",
      "debug/x",
      "src/a.map",
      "src/s/b.map",
      "src/x.log",
      "src/only",
      "src/s/only",
    ],
    ["src/deep/a.o", "src/deep/readme.md", "src/deep/d/readme.md", "plain", "src/plain", "a/b/c/d"],
  );
  using tree = plant();
  for (const path of paths) {
    mkdirSync(dirname(tree.at(path)), { recursive: true });
    // `debug` and the like are directories for one path and files for another.
    writeFileSync(tree.at(path), "");
  }
  for (const [at, text] of Object.entries(files)) {
    mkdirSync(tree.at(at), { recursive: true });
    writeFileSync(tree.at(`${at}/.gitignore`), text);
  }
  execFileSync("git", ["init", "-q"], { cwd: tree.path });
  const said = spawnSync("git", ["check-ignore", "--no-index", "--stdin"], { cwd: tree.path, input: paths.join("\n"), encoding: "utf8" }).stdout;
  const byGit = new Set(said.split("\n").filter((line) => line !== ""));
  const chains = (directory: string): IgnoreChain =>
    Object.entries(files).reduce(
      (above, [at, text]) => (at === "" || directory === at || directory.startsWith(`${at}/`) ? above.below(at, text) : above),
      IgnoreChain.empty(),
    );
  expect(byGit.size).toBeGreaterThan(12);
  expect(paths.filter((path) => ignoredByWalk(chains, path))).toEqual(paths.filter((path) => byGit.has(path)));
});
