import { spawnSync } from "node:child_process";
import { linkSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { heldBy } from "../src/held-path.ts";
import { list } from "../src/list.ts";
import { Listing } from "../src/listing.ts";
import { openHandles } from "./planted.ts";
import { patient, rooted, rootedInMemory, stallOf } from "./rooted.ts";

const signal = patient;

/** Hard links of one file are quicker to make than files. */
function linkOrWrite(first: string, path: string): void {
  try {
    linkSync(first, path);
  } catch {
    writeFileSync(first, "");
    linkSync(first, path);
  }
}

describe("list", () => {
  test("gives names and types by the bytes of the names, links as links (F1)", async () => {
    using tree = rooted(["outside/secret = 12345", "root/file = abc", "root/d/", "root/out => ../outside/secret", "root/p |"]);
    const { entries, withheld, next } = await list(tree.authority(), { signal });
    expect(entries.map((entry) => entry.name)).toEqual(readdirSync(tree.at("root")));
    expect(Object.fromEntries(entries.map(({ name, type }) => [name, type]))).toEqual({ file: "file", d: "directory", out: "symlink", p: "other" });
    expect([withheld, next]).toEqual([0, undefined]);
  });

  test("sizes and times are the entry's own, of a link its own and not its target's (F3)", async () => {
    using tree = rooted(["outside/secret = 1234567890123456789012345678901234567890", "root/file = abc", "root/out => ../outside/secret"]);
    const { entries } = await list(tree.authority(), { signal, sizes: true });
    const sizes = Object.fromEntries(entries.map(({ name, size }) => [name, size]));
    expect(sizes).toEqual({ file: 3, out: "../outside/secret".length });
    expect(entries.find((entry) => entry.name === "file")?.modified).toBe(statSync(tree.at("root/file")).mtimeMs);
    // Without the guard the size is that of the file outside.
    expect(statSync(tree.at("root/out")).size).toBe(40);
    expect((await list(tree.authority(), { signal })).entries.every((entry) => !("size" in entry))).toBe(true);
  });

  test("tells no size and no time of what could not be opened: denied hard links, our own files by another name, special files (F3)", async () => {
    const planted = [
      "outside/secret = 12345",
      "root/twin == outside/secret",
      "root/file = abc",
      "root/d/own.db = 1234567",
      "root/nick == root/d/own.db",
      "root/p |",
    ];
    const sizes = async (hardlinks: "allow" | "deny"): Promise<object> => {
      using tree = rooted(planted, { hardlinks }, ["root/d/own.db"]);
      const { entries } = await list(tree.authority(), { signal, sizes: true });
      expect(entries.filter((entry) => (entry.size === undefined) !== (entry.modified === undefined))).toEqual([]);
      return Object.fromEntries(entries.filter(({ type }) => type !== "directory").map(({ name, size }) => [name, size]));
    };
    expect(await sizes("deny")).toEqual({ file: 3, twin: undefined, nick: undefined, p: undefined });
    expect(await sizes("allow")).toEqual({ file: 3, twin: 5, nick: undefined, p: undefined });
  });

  test("tells no size of what lies on another mount, a single file among it, unless the card allows that (F3)", ({ skip }) => {
    using tree = rooted(["outside/secret = 12345", "root/file = abc", "root/bound", "root/memory/", "root/process"]);
    const inNamespace = (commands: readonly string[]) => spawnSync("unshare", ["-rm", "sh", "-ec", commands.join("\n")], { encoding: "utf8" });
    if (inNamespace([`mount -t tmpfs none ${tree.at("root/memory")}`]).status !== 0) skip("needs a mount namespace");
    const said = inNamespace([
      `mount --bind ${tree.at("outside/secret")} ${tree.at("root/bound")}`,
      `mount --bind /proc/version ${tree.at("root/process")}`,
      `mount -t tmpfs none ${tree.at("root/memory")}`,
      `exec '${process.execPath}' --conditions=@postern/source '${fileURLToPath(new URL("./list-mounted.ts", import.meta.url))}' ${tree.at("root")}`,
    ]);
    expect(said.stderr).toBe("");
    expect(JSON.parse(said.stdout)).toEqual({
      denying: [["bound"], ["file", 3], ["memory"], ["process"]],
      // No card gives a file of the kernel.
      allowing: [["bound", 5], ["file", 3], ["memory", "some"], ["process"]],
    });
  });

  test("keeps protected, excluded and our own files back and counts them (F3)", async () => {
    using tree = rooted(["root/.env", "root/id_rsa", "root/a.bak", "root/evidence.db", "root/ok"], { deny: ["*.bak"] }, ["root/evidence.db"]);
    const { entries, withheld } = await list(tree.authority(), { signal });
    expect(entries.map((entry) => entry.name)).toEqual(["ok"]);
    expect(withheld).toBe(4);
  });

  test("pages hold every entry once, whatever the size of a page", async () => {
    using tree = rooted(Array.from({ length: 23 }, (_, index) => `root/f${index}`).concat("root/.env"));
    for (const limit of [1, 5, 22, 23, 100]) {
      const names: string[] = [];
      let withheld = 0;
      let after: string | undefined;
      do {
        const page = await list(tree.authority(), { signal, limit, ...(after !== undefined && { after }) });
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        names.push(...page.entries.map((entry) => entry.name));
        withheld += page.withheld;
        after = page.next;
      } while (after !== undefined);
      expect(names).toEqual(readdirSync(tree.at("root")).filter((name) => name !== ".env"));
      expect(withheld, `pages of ${limit}`).toBe(1);
    }
  });

  test("a page is continued behind its last entry even when that is gone", async () => {
    using tree = rooted(["root/a", "root/b", "root/é", "root/😀"]);
    for (const [limit, rest] of [
      [1, ["b", "é", "😀"]],
      [3, ["😀"]],
    ] as const) {
      const { next = "none" } = await list(tree.authority(), { signal, limit });
      renameSync(tree.at(`root/${next}`), tree.at("away"));
      expect((await list(tree.authority(), { signal, after: next })).entries.map((entry) => entry.name)).toEqual(rest);
      renameSync(tree.at("away"), tree.at(`root/${next}`));
    }
    expect(await list(tree.authority(), { signal, limit: 4 })).not.toHaveProperty("next");
  });

  test("a directory too large to be read at once is listed whole, in pages too, and says when a page cannot be continued", async () => {
    using tree = rootedInMemory([]);
    const long = "x".repeat(20);
    for (let index = 0; index < 110_000; index += 1) linkOrWrite(tree.at("root/f"), tree.at(`root/${long}${index}`));
    const authority = tree.authority();
    using probe = new Listing(heldBy(authority).directory);
    if (probe.sorted) throw new Error("not large enough to show anything");
    const stall = await stallOf(async () => {
      const { entries, next } = await list(authority, { signal });
      expect([entries.length, next]).toEqual([110_001, undefined]);
    });
    expect(stall).toBeLessThan(50);
    const names: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page = await list(authority, { signal, limit: 60_000, ...(after !== "" && { after }) });
      names.push(...page.entries.map((entry) => entry.name));
      after = page.next;
    }
    expect(new Set(names).size).toBe(110_001);
    expect(names).toHaveLength(110_001);
    await expect(list(authority, { signal, after: "gone" })).rejects.toMatchObject({ code: "fs.conflict" });
  });

  test("no page ends with a name that the next one could not be asked for by", async () => {
    using tree = rooted(["root/a", "root/b", "root/d"]);
    for (const last of [0xfd, 0xfe, 0xff]) writeFileSync(Buffer.concat([Buffer.from(tree.at("root/b")), Buffer.from([last])]), "");
    for (const limit of [1, 2, 3, 4, 5, 6]) {
      const names: string[] = [];
      for (let after: string | undefined = ""; after !== undefined; ) {
        const page = await list(tree.authority(), { signal, limit, ...(after !== "" && { after }) });
        names.push(...page.entries.map((entry) => entry.name));
        after = page.next;
      }
      expect(names, `pages of ${limit}`).toEqual(["a", "b", "b\ufffd", "b\ufffd", "b\ufffd", "d"]);
    }
  });

  test("names that are no UTF-8 are listed with a mark", async () => {
    using tree = rooted(["root/ok"]);
    writeFileSync(Buffer.concat([Buffer.from(tree.at("root/x")), Buffer.from([0xe9])]), "");
    const { entries } = await list(tree.authority(), { signal, sizes: true });
    expect(entries.find((entry) => entry.lossy)).toEqual({ name: "x\ufffd", type: "file", lossy: true });
  });

  test("a file is fs.not_directory, a missing directory fs.not_found, a cancelled call cancelled (E3)", async () => {
    using tree = rooted(["root/file"]);
    await expect(list(tree.authority("file"), { signal })).rejects.toMatchObject({ code: "fs.not_directory" });
    await expect(list(tree.authority("none"), { signal })).rejects.toMatchObject({ code: "fs.not_found" });
    await expect(list(tree.authority(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });

  test("1,000 entries with sizes take a few milliseconds and leave no handle open", async () => {
    using tree = rootedInMemory(Array.from({ length: 1_000 }, (_, index) => `root/f${index}`));
    const authority = tree.authority();
    const before = openHandles();
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round += 1) {
      const began = performance.now();
      expect((await list(authority, { signal, sizes: true })).entries).toHaveLength(1_000);
      best = Math.min(best, performance.now() - began);
    }
    expect(best).toBeLessThan(40);
    expect(openHandles()).toBe(before);
  });
});
