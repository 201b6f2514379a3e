import { appendFileSync, chmodSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { heldBy } from "../src/held-path.ts";
import { entryNameOf } from "../src/name.ts";
import { pathKind } from "../src/path-kind.ts";
import { ask, authorityOf, openHandles, outcomeOf, plant, scopeOf } from "./planted.ts";

describe("names that are handed to the kernel", () => {
  test.each(["", ".", "..", "a/", "/a", "a/b", "a/.", "\0", "a\0", "\ud800", "x".repeat(256), "ä".repeat(128)])("%j is none (CVE-2026-39822)", (text) =>
    expect(entryNameOf(text)).toBeUndefined(),
  );
  test.each(["a", "...", " ", "a\\b", "x".repeat(255), "\n", "~"])("%j is one", (text) => expect(entryNameOf(text)).toBe(text));
});

describe("handles", () => {
  test("are all given back, whatever the outcome, and once (E6)", () => {
    using tree = plant("root/d/e/f", "root/l => d/e/f", "root/.env", "root/p |", "root/out => ../x", "root/loop => loop");
    const before = openHandles();
    const scope = scopeOf([{ path: tree.at("root"), hardlinks: "deny" }]);
    for (let round = 0; round < 20; round++) {
      for (const raw of ["", "d/e/f", "d/e/..", "l", "d/e/f/g", "x/y", "../x", ".env", "d/e/../../.env", "p", "out", "loop", "d/e/f/../../../../..", "\0"]) {
        outcomeOf(scope, raw);
        outcomeOf(scope, raw, { clientRoots: [tree.at("root/d")] });
      }
    }
    expect(openHandles()).toBe(before + 1);
    const resolution = ask(scope, "d");
    if (resolution.decision === "allow") for (let i = 0; i < 3; i++) pathKind.release(resolution);
    for (let i = 0; i < 3; i++) pathKind.close(scope);
    expect(openHandles()).toBe(before);
  });

  test("what was proven stays what is read, whatever the name leads to by then (F1, F3)", () => {
    using tree = plant("root/a = first", "root/b = second", "outside/secret");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, "a");
    const authority = authorityOf(resolution);
    renameSync(tree.at("root/b"), tree.at("root/a"));
    expect(authority.open().readNow(0, 10).toString()).toBe("first");
    unlinkSync(tree.at("root/a"));
    expect(authority.open().readNow(0, 10).toString()).toBe("first");
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  });

  test("give nothing after release, and the scope nothing after close", () => {
    using tree = plant("root/a");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, "a");
    const authority = authorityOf(resolution);
    if (resolution.decision === "allow") pathKind.release(resolution);
    expect(() => authority.open()).toThrow(/after release/);
    expect(() => authority.info()).toThrow(/after release/);
    pathKind.close(scope);
    expect(() => ask(scope, "a")).toThrow(/closed/);
  });

  test("a held target outlives its scope: a reload does not take files out of a running call", () => {
    using tree = plant("root/a = text");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const [file, directory] = [ask(scope, "a"), ask(scope, "")];
    pathKind.close(scope);
    expect(authorityOf(file).open().readNow(0, 10).toString()).toBe("text");
    expect(authorityOf(directory).info().type).toBe("directory");
    for (const one of [file, directory]) if (one.decision === "allow") pathKind.release(one);
  });

  test("an authority of somebody else's making is none (S1)", () => {
    using tree = plant("root/a");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, "a");
    const forged = { ...authorityOf(resolution), canonical: "/etc/passwd" };
    expect(() => heldBy(forged)).toThrow(/did not mint/);
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  });
});

describe("an open file", () => {
  const opened = (content: string | Uint8Array): { file: ReturnType<ReturnType<typeof authorityOf>["open"]>; place: string; done: () => void } => {
    const tree = plant("root/");
    writeFileSync(tree.at("root/f"), content);
    const scope = scopeOf([{ path: tree.at("root") }]);
    const resolution = ask(scope, "f");
    const file = authorityOf(resolution).open();
    const done = (): void => {
      file[Symbol.dispose]();
      if (resolution.decision === "allow") pathKind.release(resolution);
      pathKind.close(scope);
      tree[Symbol.dispose]();
    };
    return { file, place: tree.at("root/f"), done };
  };

  test("reads any range, fewer bytes only at the end", async () => {
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
    const { file, done } = opened(content);
    expect(file.size).toBe(100_000);
    for (const [position, length] of [
      [0, 100_000],
      [99_990, 100],
      [100_000, 10],
      [200_000, 10],
      [5, 0],
      [12_345, 6789],
    ] as const) {
      const expected = content.subarray(position, position + length);
      expect(file.readNow(position, length).equals(expected)).toBe(true);
      expect((await file.read(position, length)).equals(expected)).toBe(true);
    }
    done();
  });

  test("closing waits for reads under way, so that their descriptor is nobody else's", async () => {
    const before = openHandles();
    const { file, done } = opened(Buffer.alloc(4_000_000, 7));
    const reads = [file.read(0, 4_000_000), file.read(0, 4_000_000)];
    file[Symbol.dispose]();
    file[Symbol.dispose]();
    for (const bytes of await Promise.all(reads)) expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(() => file.readNow(0, 1)).toThrow(/after close/);
    await expect(file.read(0, 1)).rejects.toThrow(/after close/);
    done();
    expect(openHandles()).toBe(before);
  });

  test("sees what was appended since", () => {
    const { file, place, done } = opened("one");
    appendFileSync(place, "two");
    expect(file.readNow(0, 10).toString()).toBe("onetwo");
    done();
  });

  const asRoot = process.getuid?.() === 0 ? undefined : "needs root, to become somebody else";
  test.skipIf(asRoot !== undefined)(
    `tells a file that the system refuses from one that policy refuses${asRoot === undefined ? "" : ` (${asRoot})`} (E3)`,
    () => {
      using tree = plant("root/unreadable", "root/closed/inside", "root/closed/.env");
      chmodSync(tree.path, 0o755);
      chmodSync(tree.at("root/unreadable"), 0);
      chmodSync(tree.at("root/closed"), 0);
      const scope = scopeOf([{ path: tree.at("root") }]);
      process.seteuid?.(65534);
      try {
        for (const raw of ["unreadable", "closed/inside"]) {
          const resolution = ask(scope, raw);
          expect(() => authorityOf(resolution).open()).toThrow(expect.objectContaining({ code: "fs.permission" }));
          if (resolution.decision === "allow") pathKind.release(resolution);
        }
        expect(outcomeOf(scope, "closed/.env")).toBe("deny path.protected protected:.env");
      } finally {
        process.seteuid?.(0);
      }
      pathKind.close(scope);
    },
  );
});
