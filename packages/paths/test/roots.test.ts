import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pathKind } from "../src/path-kind.ts";
import { openHandles, outcomeOf, plant, scopeOf } from "./planted.ts";

describe("roots that cannot be used are refused when the policy is loaded (S4)", () => {
  test.each([
    ["a directory that does not exist", "nowhere", /does not exist/],
    ["a file", "file", /is not a directory/],
    ["a link to a file", "to-file", /is not a directory/],
    ["a link in a circle", "circle", /leads in a circle/],
    ["procfs", "/proc/self", /proc file system/],
    ["sysfs", "/sys", /sysfs file system/],
    ["devtmpfs, which statfs takes for tmpfs", "/dev", /devtmpfs file system/],
  ])("%s", (_name, path, message) => {
    using tree = plant("file", "to-file => file", "circle => circle");
    const before = openHandles();
    expect(() => scopeOf([{ path: tree.path }, { path: path.startsWith("/") ? path : tree.at(path) }])).toThrow(message);
    expect(openHandles()).toBe(before);
  });

  test("two roots that are the same directory", () => {
    using tree = plant("root/", "link => root");
    expect(() => scopeOf([{ path: tree.at("root") }, { path: tree.at("link") }])).toThrow(/same directory/);
  });

  test("an unknown key, a bad pattern and an empty path do not fit the card's schema", () => {
    for (const root of [{ path: "/tmp", depth: 3 }, { path: "/tmp", deny: ["!x"] }, { path: "/tmp", deny: ["../x"] }, { path: "" }, { path: "/a\0b" }]) {
      expect(pathKind.targets.roots.safeParse([root]).success).toBe(false);
    }
    expect(pathKind.targets.roots.safeParse([{ path: "/tmp", deny: ["*.log"], protected: "deny", mounts: "deny", hardlinks: "allow" }]).success).toBe(true);
  });

  test("no roots give nothing", () => {
    for (const targets of [{}, { roots: [] }]) {
      const scope = pathKind.scope(targets, { route: "empty", home: "/", base: "/", own: [], peers: [] });
      expect(pathKind.grants(scope, "read")).toBe(false);
      for (const raw of ["/etc/passwd", "", "x", "/"]) expect(outcomeOf(scope, raw)).toBe("deny path.outside_root outside-root");
      pathKind.close(scope);
    }
  });
});

describe("spellings of a root", () => {
  test("a root configured through a link answers to both spellings, with canonical paths (F1)", () => {
    using tree = plant("real/a", "link => real");
    const scope = scopeOf([{ path: tree.at("link") }]);
    for (const raw of [tree.at("link/a"), tree.at("real/a"), "a"]) expect(outcomeOf(scope, raw)).toBe("allow file a");
    pathKind.close(scope);
  });

  test.each(["", "home", "./home"])("without a home directory (HOME=%j), ~ in a policy is refused and in a request is a name (S4)", (home) => {
    expect(() => scopeOf([{ path: "~/etc" }], { home })).toThrow(/HOME does not name one/);
    expect(() => scopeOf([{ path: "~" }], { home })).toThrow(/HOME does not name one/);
    using tree = plant("root/~/etc");
    const scope = scopeOf([{ path: tree.at("root") }], { home });
    expect(outcomeOf(scope, "~/etc")).toBe("allow file ~/etc");
    pathKind.close(scope);
  });

  test("~ in a policy and in a request is the operator's home, and ~user is a name", () => {
    using tree = plant("home/notes/a", "home/notes/~root");
    const scope = scopeOf([{ path: "~/notes" }], { home: tree.at("home") });
    expect(outcomeOf(scope, "~/notes/a")).toBe("allow file a");
    expect(outcomeOf(scope, "~root")).toBe("allow file ~root");
    expect(outcomeOf(scope, "~")).toBe("deny path.outside_root outside-root");
    pathKind.close(scope);
  });

  test("the system's root works as one, without its pseudo file systems", () => {
    const scope = scopeOf([{ path: "/" }]);
    expect(outcomeOf(scope, "/etc/hostname")).toBe("allow file etc/hostname");
    expect(outcomeOf(scope, "/")).toBe("allow directory ");
    expect(outcomeOf(scope, "/proc/version")).toBe("deny path.mount_crossing mount-crossing");
    expect(outcomeOf(scope, "/etc/shadow")).toBe("deny path.protected protected:etc/shadow");
    expect(outcomeOf(scope, "/..")).toBe("deny path.outside_root parent-traversal");
    pathKind.close(scope);
  });

  test("a relative path belongs to the first root that has it, else to the first root", () => {
    using tree = plant("one/both = 1", "two/both = 2", "two/second");
    const scope = scopeOf([{ path: tree.at("one") }, { path: tree.at("two") }]);
    const rootOf = (raw: string): string | undefined => {
      const resolution = pathKind.resolve(raw, scope, {
        argument: "path",
        access: "read",
        operation: "any",
        beside: [scope],
        signal: new AbortController().signal,
      });
      if (resolution instanceof Promise || resolution.decision === "deny") return undefined;
      pathKind.release(resolution);
      return resolution.record.root;
    };
    expect(rootOf("both")).toBe(tree.at("one"));
    expect(rootOf("second")).toBe(tree.at("two"));
    expect(rootOf("neither")).toBe(tree.at("one"));
    expect(rootOf("")).toBe(tree.at("one"));
    pathKind.close(scope);
  });
});

describe("a root that is no longer what it was (F1, F3)", () => {
  test.each([
    ["renamed away", (at: (path: string) => string) => renameSync(at("root"), at("elsewhere"))],
    [
      "replaced by another directory",
      (at: (path: string) => string) => {
        renameSync(at("root"), at("elsewhere"));
        mkdirSync(at("root"));
        writeFileSync(at("root/a"), "planted");
      },
    ],
    [
      "replaced by a link",
      (at: (path: string) => string) => {
        renameSync(at("root"), at("elsewhere"));
        symlinkSync("elsewhere", at("root"));
      },
    ],
    ["deleted", (at: (path: string) => string) => rmSync(at("root"), { recursive: true })],
  ])("denies everything once it was %s", (_name, change) => {
    using tree = plant("root/a");
    const scope = scopeOf([{ path: tree.at("root") }]);
    expect(outcomeOf(scope, tree.at("root/a"))).toBe("allow file a");
    change(tree.at);
    expect(outcomeOf(scope, tree.at("root/a"))).toMatch(/^deny path.root_replaced/);
    pathKind.close(scope);
  });

  test("denies everything once the link to it was turned elsewhere", () => {
    using tree = plant("one/a", "two/a = other", "link => one");
    const scope = scopeOf([{ path: tree.at("link") }]);
    unlinkSync(tree.at("link"));
    symlinkSync("two", tree.at("link"));
    expect(readFileSync(tree.at("link/a"), "utf8")).toBe("other");
    for (const raw of [tree.at("link/a"), tree.at("one/a")]) expect(outcomeOf(scope, raw)).toBe("deny path.root_replaced root-replaced");
    pathKind.close(scope);
  });
});

describe("our own policy and evidence (E2, F3)", () => {
  const own = (tree: { at(path: string): string }): readonly string[] => [tree.at("root/state/evidence.db"), tree.at("root/postern.yaml")];

  test("no card gives them, by any name, not even with protected: allow", () => {
    using tree = plant(
      "root/state/evidence.db",
      "root/state/evidence.db-wal",
      "root/postern.yaml",
      "root/l => state/evidence.db",
      "root/twin == root/postern.yaml",
    );
    const scope = scopeOf([{ path: tree.at("root"), protected: "allow" }], { own: own(tree) });
    for (const raw of ["state/evidence.db", "state/evidence.db-wal", "postern.yaml", "l", "twin"]) {
      expect(readFileSync(tree.at(`root/${raw}`)).length).toBeGreaterThan(0);
      expect(outcomeOf(scope, raw)).toBe("deny path.protected protected:own");
    }
    pathKind.close(scope);
  });

  test("nor files of the log that are made only later", () => {
    using tree = plant("root/");
    const scope = scopeOf([{ path: tree.at("root") }], { own: own(tree) });
    mkdirSync(tree.at("root/state"));
    writeFileSync(tree.at("root/state/evidence.db"), "x");
    linkSync(tree.at("root/state/evidence.db"), tree.at("root/other-name"));
    expect(outcomeOf(scope, "state/evidence.db")).toBe("deny path.protected protected:own");
    expect(outcomeOf(scope, "other-name")).toBe("deny path.protected protected:own");
    expect(outcomeOf(scope, "state")).toBe("allow directory state");
    pathKind.close(scope);
  });

  test("nor can a root lie inside of our own directory", () => {
    using tree = plant("state/root/");
    expect(() => scopeOf([{ path: tree.at("state/root") }], { own: [tree.at("state")] })).toThrow(/its own files/);
  });
});
