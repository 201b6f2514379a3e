import { describe, expect, test } from "vitest";
import { type NameQuery, searchNames } from "../src/search-names.ts";
import { openHandles } from "./planted.ts";
import { patient, type Rooted, rooted, rootedFiftyThousand, stallOf } from "./rooted.ts";

async function found(tree: Rooted, query: Partial<NameQuery>, from = "") {
  const result = await searchNames(tree.authority(from), {
    pattern: "**",
    excludePatterns: [],
    limit: 1_000,
    respectGitignore: false,
    signal: patient,
    ...query,
  });
  return { ...result, names: result.matches.map((path) => path.slice(tree.at("root").length + 1)).toSorted() };
}

describe("searchNames answers as the official search_files", () => {
  test.each([
    ["a bare pattern is about the directory itself", "*.ts", [], ["a.ts"]],
    ["** is about any depth, hidden names included", "**/*.ts", [], [".h/c.ts", "a.ts", "d/b.ts", "d/e/.d.ts"]],
    ["directories match too and are still entered", "**/d*", [], ["d", "d/d.md"]],
    ["an exclusion leaves out what lies below", "**/*.ts", ["d"], [".h/c.ts", "a.ts"]],
    ["an exclusion of everything below a directory leaves the directory", "{*,*/**}", ["d/**", "**/.h", "link*"], ["a.ts", "d"]],
    ["exclusions are relative paths, not names", "**/*.ts", ["e"], [".h/c.ts", "a.ts", "d/b.ts", "d/e/.d.ts"]],
    ["links are names like others and lead nowhere", "**/l*", [], ["link", "link2"]],
  ] as const)("%s", async (_name, pattern, excludePatterns, names) => {
    using tree = rooted([
      "outside/x.ts",
      "root/a.ts",
      "root/d/b.ts",
      "root/d/d.md",
      "root/d/e/.d.ts",
      "root/.h/c.ts",
      "root/link => ../outside",
      "root/link2 => d",
    ]);
    expect((await found(tree, { pattern, excludePatterns })).names).toEqual(names);
  });

  test("a path is absolute and canonical, also when the search begins deeper", async () => {
    using tree = rooted(["root/d/e/f", "root/l => d"]);
    expect((await found(tree, { pattern: "*" }, "d/e")).matches).toEqual([tree.at("root/d/e/f")]);
    expect((await found(tree, { pattern: "**/f" }, "l")).matches).toEqual([tree.at("root/d/e/f")]);
  });
});

describe("searchNames gives no more than the card does", () => {
  test("keeps protected and excluded entries back and counts them (F3)", async () => {
    using tree = rooted(["root/.env", "root/d/id_rsa", "root/d/ok", "root/x/secret"], { deny: ["x"] });
    expect(await found(tree, {})).toMatchObject({ names: ["d", "d/ok"], withheld: 3 });
  });

  test("passes over what .gitignore names, .git, and everything in it, only when asked", async () => {
    using tree = rooted(["root/.gitignore = build/\n*.log\n!keep.log\n", "root/build/x", "root/a.log", "root/keep.log", "root/.git/HEAD", "root/src/build/y"]);
    expect((await found(tree, { respectGitignore: true })).names).toEqual([".gitignore", "keep.log", "src"]);
    expect((await found(tree, { respectGitignore: false })).names).toContain("build/x");
  });

  test("does not enter a directory of which everything is excluded", async () => {
    using tree = rooted(["root/node_modules/a/b/c", "root/src/d"]);
    expect(await found(tree, { excludePatterns: ["**/node_modules/**"] })).toMatchObject({ names: ["node_modules", "src", "src/d"], visited: 3 });
  });

  test("stops at the limit, the entry budget and the deadline, and says which", async () => {
    using tree = rooted(Array.from({ length: 40 }, (_, index) => `root/d${index % 4}/f${index}`));
    expect(await found(tree, { pattern: "**/f*", limit: 7 })).toMatchObject({ truncated: "limit", names: { length: 7 } });
    expect(await found(tree, { pattern: "**/f*", limit: 40 })).toMatchObject({ names: { length: 40 } });
    expect((await found(tree, { pattern: "**/f*", limit: 40 })).truncated).toBeUndefined();
    expect(await found(tree, { deadline: Date.now() - 1 })).toMatchObject({ truncated: "deadline", names: [] });
    expect(await found(tree, { maxEntries: 5 })).toMatchObject({ truncated: "entries", visited: 5 });
  });

  test("keeps no more bytes of matches than it has room for, as the caller counts them, and says so (N5)", async () => {
    using tree = rooted(Array.from({ length: 40 }, (_, index) => `root/f${10 + index}`));
    const each = Buffer.byteLength(tree.at("root/f10"));
    expect(await found(tree, { maxBytes: each * 7 + 1 })).toMatchObject({ truncated: "bytes", names: { length: 7 } });
    expect(await found(tree, { maxBytes: 300, bytesOf: () => 100 })).toMatchObject({ truncated: "bytes", names: { length: 3 } });
    expect((await found(tree, { maxBytes: each * 40 })).truncated).toBeUndefined();
    expect(await found(tree, { maxBytes: each * 40, limit: 7 })).toMatchObject({ truncated: "limit", names: { length: 7 } });
  });

  test("ends with cancelled on the signal and gives its handles back (E6)", async () => {
    using tree = rooted(["root/a/b/c"]);
    const authority = tree.authority();
    const before = openHandles();
    const query = { pattern: "**", excludePatterns: [], limit: 9, respectGitignore: true, signal: AbortSignal.abort() };
    await expect(searchNames(authority, query)).rejects.toMatchObject({ code: "cancelled" });
    expect(openHandles()).toBe(before);
  });
});

test("50,000 entries: in time, reporting progress, with the event loop at hand for others", async () => {
  using tree = rootedFiftyThousand(() => "");
  let best = Number.POSITIVE_INFINITY;
  let progress = 0;
  const stall = await stallOf(async () => {
    const began = performance.now();
    const { names, visited } = await found(tree, { pattern: "**/f17", onProgress: (seen) => (progress = Math.max(progress, seen)) });
    best = Math.min(best, performance.now() - began);
    expect([names.length, visited]).toEqual([100, 50_000]);
  });
  expect(progress).toBeGreaterThan(1_000);
  expect(stall).toBeLessThan(50);
  // The official servers take more than 3 s for a tree of this size.
  expect(best).toBeLessThan(1_000);
});
