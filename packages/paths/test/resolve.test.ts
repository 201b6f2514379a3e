import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { Failure } from "@postern/policy";
import { describe, expect, test } from "vitest";
import { pathKind } from "../src/path-kind.ts";
import { ask, authorityOf, openHandles, outcomeOf, plant, scopeOf } from "./planted.ts";

interface Case {
  readonly name: string;
  /** Below a fresh folder; the root is its `root/`. */
  readonly tree: readonly string[];
  /** `$ROOT` and `$TREE` stand for the absolute paths. */
  readonly raw: string;
  readonly gives: string;
  /**
   * What a program without a guard gets for the same path: `reads` its content, `lists` a directory. A denied case
   * without it would prove nothing; `fails` says that no program gets anything there, and why it is a case anyway.
   */
  readonly plain: "reads" | "lists" | `fails: ${string}` | `waits: ${string}`;
}

const outside = ["outside/secret", "root/d/e/f", "root/a"];

const allowed: readonly Case[] = [
  { name: "a file", tree: outside, raw: "$ROOT/a", gives: "allow file a", plain: "reads" },
  { name: "a file below directories", tree: outside, raw: "$ROOT/d/e/f", gives: "allow file d/e/f", plain: "reads" },
  { name: "the root", tree: outside, raw: "$ROOT", gives: "allow directory ", plain: "lists" },
  { name: "the root with a slash", tree: outside, raw: "$ROOT/", gives: "allow directory ", plain: "lists" },
  { name: "double slashes and dots", tree: outside, raw: "$ROOT//./d///e/./f", gives: "allow file d/e/f", plain: "reads" },
  { name: ".. that stays inside", tree: outside, raw: "$ROOT/d/e/../../a", gives: "allow file a", plain: "reads" },
  { name: ".. back to the root", tree: outside, raw: "$ROOT/d/..", gives: "allow directory ", plain: "lists" },
  { name: "a directory with a slash", tree: outside, raw: "$ROOT/d/", gives: "allow directory d", plain: "lists" },
  { name: "a link to a file inside", tree: [...outside, "root/l => d/e/f"], raw: "$ROOT/l", gives: "allow file d/e/f", plain: "reads" },
  { name: "a link to a directory inside", tree: [...outside, "root/l => d"], raw: "$ROOT/l/e/f", gives: "allow file d/e/f", plain: "reads" },
  { name: "a link with .. that stays inside", tree: [...outside, "root/d/l => ../a"], raw: "$ROOT/d/l", gives: "allow file a", plain: "reads" },
  { name: "a link to its own directory", tree: [...outside, "root/l => ."], raw: "$ROOT/l/l/a", gives: "allow file a", plain: "reads" },
  { name: "a chain of links", tree: [...outside, "root/l => m", "root/m => n", "root/n => a"], raw: "$ROOT/l", gives: "allow file a", plain: "reads" },
  { name: ".. after a link, from where the link leads", tree: [...outside, "root/l => d/e"], raw: "$ROOT/l/../e/f", gives: "allow file d/e/f", plain: "reads" },
  { name: "a name with spaces and a line break", tree: ["root/ a\n "], raw: "$ROOT/ a\n ", gives: "allow file  a\n ", plain: "reads" },
  { name: "a name with a backslash", tree: ["root/a\\b"], raw: "$ROOT/a\\b", gives: "allow file a\\b", plain: "reads" },
  { name: "a percent sign, literally", tree: ["root/%2e%2e"], raw: "$ROOT/%2e%2e", gives: "allow file %2e%2e", plain: "reads" },
  { name: "three dots", tree: ["root/.../x"], raw: "$ROOT/.../x", gives: "allow file .../x", plain: "reads" },
  {
    name: "a composed name where the decomposed one exists",
    tree: ["root/e\u0301"],
    raw: "$ROOT/\u00e9",
    gives: "allow missing \u00e9",
    plain: "fails: another name",
  },
  { name: "a file that does not exist", tree: outside, raw: "$ROOT/x", gives: "allow missing x", plain: "fails: it does not exist" },
  { name: "a directory on the way that does not exist", tree: outside, raw: "$ROOT/x/y/../z", gives: "allow missing x/z", plain: "fails: it does not exist" },
  { name: "a file used as a directory", tree: outside, raw: "$ROOT/a/b", gives: "allow missing a/b", plain: "fails: ENOTDIR" },
  { name: "a file with a slash behind it", tree: outside, raw: "$ROOT/a/", gives: "allow missing a", plain: "fails: ENOTDIR" },
  { name: "a file with /. behind it", tree: outside, raw: "$ROOT/a/.", gives: "allow missing a", plain: "fails: ENOTDIR" },
  { name: "a link to a file with a slash behind it", tree: [...outside, "root/l => a"], raw: "$ROOT/l/", gives: "allow missing a", plain: "fails: ENOTDIR" },
  {
    name: "a link whose target ends in a slash but is a file",
    tree: [...outside, "root/l => a/"],
    raw: "$ROOT/l",
    gives: "allow missing a",
    plain: "fails: ENOTDIR",
  },
  { name: "a dangling link inside", tree: [...outside, "root/l => x"], raw: "$ROOT/l", gives: "allow missing x", plain: "fails: it does not exist" },
];

const denied: readonly Case[] = [
  { name: "the parent", tree: outside, raw: "$TREE", gives: "deny path.outside_root outside-root", plain: "lists" },
  { name: "parent traversal", tree: outside, raw: "$ROOT/../outside/secret", gives: "deny path.outside_root parent-traversal", plain: "reads" },
  { name: "parent traversal from below", tree: outside, raw: "$ROOT/d/../../outside/secret", gives: "deny path.outside_root parent-traversal", plain: "reads" },
  { name: "../ as the last part (CVE-2025-22873)", tree: outside, raw: "$ROOT/../", gives: "deny path.outside_root parent-traversal", plain: "lists" },
  {
    name: "d/../../ as the last part (CVE-2025-22873)",
    tree: outside,
    raw: "$ROOT/d/../../",
    gives: "deny path.outside_root parent-traversal",
    plain: "lists",
  },
  { name: "traversal out and in again", tree: outside, raw: "$ROOT/../root/a", gives: "deny path.outside_root parent-traversal", plain: "reads" },
  { name: "relative traversal", tree: outside, raw: "../outside/secret", gives: "deny path.outside_root parent-traversal", plain: "reads" },
  {
    name: "a sibling whose name starts with the root's name (CVE-2025-53110)",
    tree: ["root-evil/secret", "root/"],
    raw: "$ROOT-evil/secret",
    gives: "deny path.outside_root outside-root",
    plain: "reads",
  },
  {
    name: "a sibling that differs by a space",
    tree: ["root /secret", "root/"],
    raw: "$ROOT /secret",
    gives: "deny path.outside_root outside-root",
    plain: "reads",
  },
  {
    name: "a sibling that differs by a quote",
    tree: ['root"/secret', "root/"],
    raw: '$ROOT"/secret',
    gives: "deny path.outside_root outside-root",
    plain: "reads",
  },
  { name: "an absolute path elsewhere", tree: outside, raw: "/etc/passwd", gives: "deny path.outside_root outside-root", plain: "reads" },
  { name: "the system's root", tree: outside, raw: "/", gives: "deny path.outside_root outside-root", plain: "lists" },
  {
    name: "a link to a file outside (CVE-2025-53109)",
    tree: [...outside, "root/l => ../outside/secret"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: "a link to a directory outside",
    tree: [...outside, "root/l => ../outside"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "lists",
  },
  {
    name: "a file through a link to a directory outside",
    tree: [...outside, "root/l => ../outside"],
    raw: "$ROOT/l/secret",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: "a link outside with a slash behind it (CVE-2026-39822)",
    tree: [...outside, "root/l => ../outside"],
    raw: "$ROOT/l/",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "lists",
  },
  {
    name: "a link outside with /. behind it (CVE-2026-39822)",
    tree: [...outside, "root/l => ../outside"],
    raw: "$ROOT/l/.",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "lists",
  },
  {
    name: "a link to the parent",
    tree: [...outside, "root/l => .."],
    raw: "$ROOT/l/outside/secret",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: "a link deep inside that climbs too far",
    tree: [...outside, "root/d/e/l => ../../../outside/secret"],
    raw: "$ROOT/d/e/l",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: "a link that leads out through another link",
    tree: [...outside, "root/d/up => ..", "root/l => d/up/../outside/secret"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: ".. after a link that leads to the root",
    tree: [...outside, "root/l => ."],
    raw: "$ROOT/l/../outside/secret",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "reads",
  },
  {
    name: "an absolute link outside",
    tree: [...outside, "root/l => $TREE/outside/secret"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-absolute",
    plain: "reads",
  },
  {
    name: "an absolute link inside",
    tree: [...outside, "root/l => $TREE/root/a"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-absolute",
    plain: "reads",
  },
  {
    name: "a magic link of procfs",
    tree: [...outside, "root/l => /proc/self/root"],
    raw: "$ROOT/l/etc/passwd",
    gives: "deny path.symlink_escape symlink-absolute",
    plain: "reads",
  },
  {
    name: "links in a circle",
    tree: ["root/l => m", "root/m => l"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-loop",
    plain: "fails: the kernel refuses circles too",
  },
  {
    name: "a dangling link outside",
    tree: ["root/l => ../nowhere"],
    raw: "$ROOT/l",
    gives: "deny path.symlink_escape symlink-escape",
    plain: "fails: a guard that looks first would tell so",
  },
  {
    name: "traversal below a directory that does not exist",
    tree: outside,
    raw: "$ROOT/x/../../outside/secret",
    gives: "deny path.outside_root parent-traversal",
    plain: "fails: the kernel wants x",
  },
  {
    name: "a file used as a directory, then out",
    tree: outside,
    raw: "$ROOT/a/../../outside/secret",
    gives: "deny path.outside_root parent-traversal",
    plain: "fails: ENOTDIR",
  },
  { name: "a protected name", tree: ["root/.env"], raw: "$ROOT/.env", gives: "deny path.protected protected:.env", plain: "reads" },
  { name: "a protected name in other letters", tree: ["root/.ENV"], raw: "$ROOT/.ENV", gives: "deny path.protected protected:.env", plain: "reads" },
  {
    name: "a file in a protected directory",
    tree: ["root/.ssh/known_hosts"],
    raw: "$ROOT/.ssh/known_hosts",
    gives: "deny path.protected protected:.ssh",
    plain: "reads",
  },
  {
    name: "a protected name passed through",
    tree: ["root/.ssh/x", "root/a"],
    raw: "$ROOT/.ssh/../a",
    gives: "deny path.protected protected:.ssh",
    plain: "reads",
  },
  { name: "a link to a protected name", tree: ["root/.env", "root/l => .env"], raw: "$ROOT/l", gives: "deny path.protected protected:.env", plain: "reads" },
  {
    name: "a link that has a protected name",
    tree: ["root/a", "root/.env => a"],
    raw: "$ROOT/.env",
    gives: "deny path.protected protected:.env",
    plain: "reads",
  },
  {
    name: "a link that passes through a protected name",
    tree: ["root/.aws/x", "root/a", "root/l => .aws/../a"],
    raw: "$ROOT/l",
    gives: "deny path.protected protected:.aws",
    plain: "reads",
  },
  {
    name: "a protected name that does not exist",
    tree: ["root/"],
    raw: "$ROOT/x/.ssh/id_rsa",
    gives: "deny path.protected protected:.ssh",
    plain: "fails: whether it exists is not told",
  },
  { name: "an excluded name", tree: ["root/private/x"], raw: "$ROOT/private/x", gives: "deny path.excluded deny[0]", plain: "reads" },
  { name: "an excluded extension", tree: ["root/d/x.LOG"], raw: "$ROOT/d/x.LOG", gives: "deny path.excluded deny[1]", plain: "reads" },
  { name: "an excluded place", tree: ["root/d/gen/x"], raw: "$ROOT/d/gen/x", gives: "deny path.excluded deny[2]", plain: "reads" },
  { name: "a link to an excluded file", tree: ["root/private/x", "root/l => private/x"], raw: "$ROOT/l", gives: "deny path.excluded deny[0]", plain: "reads" },
  {
    name: "a FIFO",
    tree: ["root/p |"],
    raw: "$ROOT/p",
    gives: "deny path.special_file special-file",
    plain: "waits: for a writer, with one thread of the pool each",
  },
  {
    name: "a FIFO through a link",
    tree: ["root/p |", "root/l => p"],
    raw: "$ROOT/l",
    gives: "deny path.special_file special-file",
    plain: "waits: for a writer, with one thread of the pool each",
  },
  { name: "NUL", tree: outside, raw: "$ROOT/a\0.txt", gives: "deny path.invalid nul", plain: "fails: Node refuses NUL too" },
  { name: "a lone surrogate", tree: ["root/\ufffd"], raw: "$ROOT/\ud800", gives: "deny path.invalid surrogate", plain: "reads" },
  { name: "a name of 256 bytes", tree: ["root/"], raw: `$ROOT/${"ä".repeat(128)}`, gives: "deny path.invalid name-too-long", plain: "fails: ENAMETOOLONG" },
  { name: "5,000 bytes", tree: ["root/"], raw: `$ROOT/${"a/".repeat(2500)}`, gives: "deny path.invalid too-long", plain: "fails: ENAMETOOLONG" },
  { name: "more than 128 parts", tree: ["root/a/"], raw: `$ROOT/${"a/../".repeat(70)}a`, gives: "deny path.invalid too-deep", plain: "lists" },
];

/** What the guard says, and what a program without one gets, for the same path. */
function observe(testCase: Case, operation: string): { readonly gives: string; readonly plain: string } {
  using tree = plant(...testCase.tree, "outside/");
  const raw = testCase.raw.replaceAll("$ROOT", tree.at("root")).replaceAll("$TREE", tree.path);
  const scope = scopeOf([{ path: tree.at("root"), deny: ["private", "*.log", "d/gen/**"] }]);
  try {
    return { gives: outcomeOf(scope, raw, { operation }), plain: plainly(raw.startsWith("/") ? raw : `${tree.at("root")}/${raw}`) };
  } finally {
    pathKind.close(scope);
  }
}

function plainly(path: string): "reads" | "lists" | "fails" | "waits" {
  try {
    const found = statSync(path);
    if (found.isFIFO()) return "waits";
    if (found.isDirectory()) return readdirSync(path).length >= 0 ? "lists" : "fails";
    return readFileSync(path).length > 0 ? "reads" : "fails";
  } catch {
    return "fails";
  }
}

function expected({ gives, plain }: Case): { readonly gives: string; readonly plain: string } {
  return { gives, plain: plain.replace(/:.*/, "") };
}

describe.each(["file", "directory", "any"])("for the operation %s", (operation) => {
  test.each(allowed)("gives $name (F1)", (testCase) => {
    expect(observe(testCase, operation)).toEqual(expected(testCase));
  });
  test.each(denied)("denies $name (F1, F3)", (testCase) => {
    expect(observe(testCase, operation)).toEqual(expected(testCase));
  });
});

test("denies what lies too deep for the kernel to name, since nothing could be proven of it (F1)", () => {
  using tree = plant("root/");
  const names = [...Array<string>(20).fill("n".repeat(200)), "m".repeat(70)];
  // The walk gets there one name at a time; one path that names it all is longer than PATH_MAX.
  execFileSync("sh", ["-c", 'cd -P "$1" && shift && for name; do mkdir "$name" && cd -P "./$name" || exit 1; done', "sh", tree.at("root"), ...names]);
  const scope = scopeOf([{ path: tree.at("root") }]);
  const before = openHandles();
  expect(outcomeOf(scope, names.slice(0, 19).join("/"))).toMatch(/^allow directory/);
  expect(outcomeOf(scope, names.join("/"))).toBe("deny path.invalid too-long");
  expect(openHandles()).toBe(before);
  pathKind.close(scope);
});

describe("what the record of a decision holds", () => {
  test("an allowed link carries each hop, the canonical path and the root (F2, N2)", () => {
    using tree = plant("root/d/f", "root/l => m", "root/m => d/f");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, tree.at("root/l"), { operation: "file" });
    expect(resolution.record).toEqual({
      kind: "path",
      argument: "path",
      raw: tree.at("root/l"),
      operation: "file",
      decision: "allow",
      cwd: tree.at("root"),
      guarantee: "race-free",
      canonical: tree.at("root/d/f"),
      root: tree.at("root"),
      symlinks: [
        { at: tree.at("root/l"), target: "m", decision: "followed" },
        { at: tree.at("root/m"), target: "d/f", decision: "followed" },
      ],
    });
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  });

  test("a link that leads out is in the evidence and withheld from the caller (F4)", () => {
    using tree = plant("outside/secret", "root/l => ../outside/secret");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, tree.at("root/l"));
    expect(resolution.record).toMatchObject({
      decision: "deny",
      code: "path.symlink_escape",
      symlinks: [{ at: tree.at("root/l"), target: "../outside/secret", decision: "denied" }],
      withheld: ["canonical", "symlinks"],
    });
    expect(resolution).toMatchObject({ message: expect.not.stringContaining("outside/secret") });
    pathKind.close(scope);
  });

  test.each([
    ["/etc/passwd", undefined],
    ["$ROOT/.env", "$ROOT/.env"],
  ])("a denial of %s carries the canonical path or says that it is withheld (F4)", (raw, canonical) => {
    using tree = plant("root/.env");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const { record } = ask(scope, raw.replace("$ROOT", tree.at("root")));
    expect(record.canonical).toBe(canonical?.replace("$ROOT", tree.at("root")));
    expect(record.withheld).toEqual(canonical === undefined ? ["canonical"] : undefined);
    pathKind.close(scope);
  });
});

describe("what authority does with a wrong or missing target", () => {
  test.each([
    ["a missing file", "x", "fs.not_found"],
    ["a directory opened as a file", "d", "fs.is_directory"],
    ["a file used as a directory", "a/b", "fs.not_directory"],
  ])("%s is a failure and no denial (E3)", (_name, raw, code) => {
    using tree = plant("root/a", "root/d/");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, raw, { operation: "file" });
    const authority = authorityOf(resolution);
    const failure = catchFailure(() => authority.open());
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain(tree.path);
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  });

  test("gives what the file system says of a file (F2)", () => {
    using tree = plant("root/a = hello");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, "a");
    const authority = authorityOf(resolution);
    const plain = lstatSync(tree.at("root/a"));
    expect(authority.info()).toMatchObject({ type: "file", size: 5, mode: plain.mode, links: 1 });
    expect(Math.abs(authority.info().modified - plain.mtimeMs)).toBeLessThan(1);
    using file = authority.open();
    expect(file.readNow(0, 100).toString()).toBe("hello");
    expect(authority.canonical).toBe(realpathSync(tree.at("root/a")));
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  });
});

function catchFailure(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
