import { describe, expect, test } from "vitest";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { pathKind } from "../src/path-kind.ts";
import { ask, openHandles, outcomeOf, plant, scopeOf } from "./planted.ts";

describe("several cards of one principal", () => {
  test("the narrowest root governs a path (F1)", () => {
    using tree = plant("top/a", "top/inner/b", "top/inner/deep/c", "link => top");
    const wide = scopeOf([{ path: tree.at("link") }]);
    const narrow = scopeOf([{ path: tree.at("top/inner") }]);
    const find = pathKind.index([wide, narrow]);
    expect(find(tree.at("top/a"))).toEqual([0]);
    expect(find(tree.at("top"))).toEqual([0]);
    expect(find(tree.at("top/inner"))).toEqual([1]);
    expect(find(tree.at("top/inner/deep/c"))).toEqual([1]);
    expect(find(tree.at("top/inner-not/c"))).toEqual([0]);
    // The configured spelling of the wide card leads into the narrow one too.
    expect(find(tree.at("link/inner/b"))).toEqual([1]);
    expect(find(tree.at("link/a"))).toEqual([0]);
    expect(find(`${tree.path}/top/inner/../a`)).toEqual([0]);
    expect(find(`${tree.path}/top/../elsewhere`)).toEqual([0]);
    expect(find("/etc/passwd")).toEqual([]);
    expect(find("\0")).toEqual([]);
    for (const scope of [wide, narrow]) pathKind.close(scope);
  });

  test("denies what a narrower card governs, also through a link (F1)", () => {
    using tree = plant("top/a", "top/inner/b", "top/l => inner/b");
    const wide = scopeOf([{ path: tree.at("top") }]);
    const narrow = scopeOf([{ path: tree.at("top/inner"), deny: ["*"] }]);
    const beside = [wide, narrow];
    expect(outcomeOf(wide, tree.at("top/inner/b"), { beside: [wide] })).toBe("allow file inner/b");
    for (const raw of ["inner/b", "inner", "l"]) {
      expect(outcomeOf(wide, tree.at(`top/${raw}`), { beside })).toBe("deny path.outside_root narrower-card");
    }
    expect(outcomeOf(wide, tree.at("top/a"), { beside })).toBe("allow file a");
    expect(outcomeOf(narrow, tree.at("top/inner"), { beside })).toBe("allow directory ");
    for (const scope of beside) pathKind.close(scope);
  });

  test("a narrower root of the same card adds its rules, also through a link (F1)", () => {
    using tree = plant("top/inner/keep", "top/inner/ok", "top/l => inner/keep", "top/m => inner/ok", "top/inner/twin == top/inner/ok");
    const scope = scopeOf([{ path: tree.at("top") }, { path: tree.at("top/inner"), deny: ["keep"], hardlinks: "deny" }]);
    expect(outcomeOf(scope, tree.at("top/l"))).toBe("deny path.excluded deny[0]");
    expect(outcomeOf(scope, tree.at("top/inner/keep"))).toBe("deny path.excluded deny[0]");
    expect(outcomeOf(scope, tree.at("top/m"))).toBe("deny path.hardlink hardlink");
    pathKind.close(scope);
  });

  test("a root below a denied directory is its own authority", () => {
    using tree = plant("top/inner/b");
    const scope = scopeOf([{ path: tree.at("top"), deny: ["inner"] }, { path: tree.at("top/inner") }]);
    expect(outcomeOf(scope, tree.at("top/inner/b"))).toBe("allow file b");
    pathKind.close(scope);
  });

  test("two cards on one directory clash, whatever their spelling", () => {
    using tree = plant("top/", "other/", "link => top");
    const [one, twin, other] = [scopeOf([{ path: tree.at("top") }]), scopeOf([{ path: tree.at("link") }]), scopeOf([{ path: tree.at("other") }])];
    expect(pathKind.overlap(one, twin)).toContain(tree.at("top"));
    expect(pathKind.overlap(one, other)).toBeUndefined();
    for (const scope of [one, twin, other]) pathKind.close(scope);
  });

  test("a relative path goes to the first card that has the file", () => {
    using tree = plant("one/a", "two/b");
    const scopes = [scopeOf([{ path: tree.at("one") }]), scopeOf([{ path: tree.at("two") }])];
    const find = pathKind.index(scopes);
    const before = openHandles();
    expect([find("a"), find("b"), find("neither"), find("../two/b")]).toEqual([[0], [1], [0], [0]]);
    expect(openHandles()).toBe(before);
    for (const scope of scopes) pathKind.close(scope);
  });

  test("finds the card among 500 as fast as among 2 (S1)", () => {
    using tree = plant(...Array.from({ length: 500 }, (_, i) => `r${i}/`));
    const scopes = Array.from({ length: 500 }, (_, i) => scopeOf([{ path: tree.at(`r${i}`) }]));
    const [few, many] = [pathKind.index(scopes.slice(0, 2)), pathKind.index(scopes)];
    const time = (find: (raw: string) => readonly number[]): number => {
      let best = Infinity;
      for (let round = 0; round < 20; round++) {
        const began = performance.now();
        for (let i = 0; i < 200; i++) find(`${tree.path}/r1/some/file`);
        best = Math.min(best, performance.now() - began);
      }
      return best;
    };
    time(few);
    expect(many(`${tree.path}/r499/x`)).toEqual([499]);
    expect(time(many)).toBeLessThan(time(few) * 3 + 0.2);
    for (const scope of scopes) pathKind.close(scope);
  });
});

describe("roots that the client announced narrow the card and never widen it (F1)", () => {
  const tree = (): ReturnType<typeof plant> =>
    plant("top/root/a", "top/root/sub/b", "top/root/sub/deep/c", "top/root/to-sub => sub", "top/other/x", "top/root/out => ../other", "link => top/root");
  test.each([
    ["the root itself", "$T/top/root", { a: true, "sub/b": true }],
    ["a directory above", "$T", { a: true, "sub/b": true }],
    ["the whole disk", "/", { a: true, "sub/b": true }],
    ["a directory below", "$T/top/root/sub", { a: false, "": false, sub: true, "sub/b": true, "sub/deep/c": true, "to-sub/b": true, "sub/missing": true }],
    ["a directory below, spelled through the configured link", "$T/link/sub", { a: false, "sub/b": true }],
    ["a link to a directory below", "$T/top/root/to-sub", { a: false, "sub/b": true }],
    ["a file: URI", "file:$T/top/root/sub", { a: false, "sub/b": true }],
    ["a place beside", "$T/top/other", { a: false, "sub/b": false }],
    ["a sibling with the same prefix", "$T/top/root/su", { "sub/b": false }],
    ["a link that leads out", "$T/top/root/out", { a: false, "sub/b": false }],
    ["something that does not exist", "$T/top/root/none", { a: false, "sub/b": false }],
    ["a file", "$T/top/root/a", { a: false }],
    ["a URI of another host", "file://elsewhere$T/top/root", { a: false }],
    ["nonsense", "http://example.com/", { a: false }],
    ["traversal", "$T/top/root/../root", { a: false }],
  ] as const)("%s", (_name, announced, expected) => {
    using planted = tree();
    const scope = scopeOf([{ path: planted.at("link") }]);
    const root = announced.startsWith("file:$T") ? pathToFileURL(announced.replace("file:$T", planted.path)).href : announced.replace("$T", planted.path);
    const before = openHandles();
    for (const [raw, given] of Object.entries(expected)) {
      const outcome = outcomeOf(scope, planted.at(`top/root/${raw}`), { clientRoots: [root] });
      expect([raw, outcome.replace(/^allow .*/s, "allow")]).toEqual([raw, given ? "allow" : "deny path.outside_root client-roots"]);
      expect(outcomeOf(scope, planted.at(`top/root/${raw}`))).toMatch(/^allow/);
    }
    // What the card does not give stays refused, whatever the client announces.
    expect(outcomeOf(scope, planted.at("top/other/x"), { clientRoots: ["/", planted.at("top/other")] })).toBe("deny path.outside_root outside-root");
    expect(openHandles()).toBe(before);
    pathKind.close(scope);
  });

  test("1,000 announced roots cost a call no more than one does, once they were looked up (N5)", () => {
    using planted = plant("root/a/in", ...Array.from({ length: 500 }, (_, at) => `root/d${at}/`));
    const scope = scopeOf([{ path: planted.at("root") }]);
    const one = [planted.at("root/a")];
    const many = [...Array.from({ length: 999 }, (_, at) => planted.at(`root/d${at}`)), ...one];
    const time = (clientRoots: readonly string[]): number => {
      let best = Infinity;
      for (let round = 0; round < 20; round++) {
        const began = performance.now();
        for (let i = 0; i < 20; i++) expect(outcomeOf(scope, "a/in", { clientRoots })).toBe("allow file a/in");
        best = Math.min(best, performance.now() - began);
      }
      return best;
    };
    time(one);
    expect(time(many)).toBeLessThan(time(one) * 3 + 0.5);
    pathKind.close(scope);
  });

  test("a place that is made, moved or turned elsewhere after it was announced counts as it stands a second later (S4)", async () => {
    using planted = plant("root/a/in", "root/b/in", "root/link => a");
    const scope = scopeOf([{ path: planted.at("root") }]);
    const clientRoots = [planted.at("root/link"), planted.at("root/later")];
    const given = (): readonly string[] => ["a/in", "b/in", "later/in"].map((raw) => outcomeOf(scope, raw, { clientRoots }).split(" ")[0] ?? "");
    expect(given()).toEqual(["allow", "deny", "deny"]);
    rmSync(planted.at("root/link"));
    symlinkSync("b", planted.at("root/link"));
    mkdirSync(planted.at("root/later"));
    await sleep(1_050);
    expect(given()).toEqual(["deny", "allow", "allow"]);
    pathKind.close(scope);
  });

  test("an empty announcement gives nothing, and the denial says what is missing (S4)", () => {
    using planted = tree();
    const scope = scopeOf([{ path: planted.at("top/root") }]);
    expect(outcomeOf(scope, "a", { clientRoots: [] })).toBe("deny path.outside_root client-roots");
    expect(ask(scope, "a", { clientRoots: [] })).toMatchObject({ message: expect.stringContaining("announced roots but did not name them") as string });
    pathKind.close(scope);
  });
});

describe("derived neighbors (N1, N3)", () => {
  test("each one is refused with one of its codes, and the kinds that everybody tries are there", () => {
    using tree = plant("top/root/", "top/root/inner/");
    const scope = scopeOf([
      { path: tree.at("top/root"), deny: ["private/**", "*.{log,tmp}", "**/[Bb]uild", "data/**/raw?.csv"] },
      { path: tree.at("top/root/inner") },
    ]);
    const neighbors = pathKind.neighbors(scope);
    for (const { name, raw, operation, codes } of neighbors) {
      const [decision, code] = outcomeOf(scope, raw, { operation }).split(" ");
      expect({ name, decision, codes }).toEqual({ name, decision: "deny", codes: expect.arrayContaining([code]) });
    }
    const names = new Set(neighbors.map(({ name }) => name));
    for (const name of [
      "parent",
      "sibling with the root's prefix",
      "traversal",
      "absolute path elsewhere",
      "NUL in the name",
      "private key",
      "environment file",
    ]) {
      expect([...names]).toContain(name);
    }
    expect([...names]).toEqual(expect.arrayContaining(["deny[0]", "deny[1]", "deny[2]", "deny[3]"]));
    pathKind.close(scope);
  });

  test("a card that gives protected names, and one for the whole disk, have only neighbors that are denied", () => {
    using tree = plant("root/");
    for (const root of [{ path: tree.at("root"), protected: "allow" }, { path: "/" }]) {
      const scope = scopeOf([root]);
      for (const { raw, operation, codes } of pathKind.neighbors(scope)) expect(codes).toContain(outcomeOf(scope, raw, { operation }).split(" ")[1]);
      pathKind.close(scope);
    }
  });
});
