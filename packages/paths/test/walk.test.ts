import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type WalkedEntry, type WalkOptions, walk } from "../src/walk.ts";
import { openHandles } from "./planted.ts";
import { patient, type Rooted, rooted, rootedFiftyThousand, rootedInMemory, stallOf } from "./rooted.ts";

async function walked(tree: Rooted, options: Partial<WalkOptions> = {}, from = "") {
  const walking = walk(tree.authority(from), { signal: patient, ...options });
  const entries: WalkedEntry[] = [];
  for await (const entry of walking) entries.push(entry);
  const { withheld, unreadable, truncated, visited } = walking;
  return { entries, names: entries.map((entry) => entry.relative).toSorted(), withheld, unreadable, truncated, visited };
}

describe("a walk stays below its root", () => {
  test("lists links and never follows them (F1, F3)", async () => {
    using tree = rooted(["outside/secret", "root/d/file", "root/out => ../outside", "root/d/up => ..", "root/passwd => /etc/passwd", "root/loop => loop"]);
    const { entries, names } = await walked(tree);
    expect(names).toEqual(["d", "d/file", "d/up", "loop", "out", "passwd"]);
    expect(
      entries
        .filter((entry) => entry.type === "symlink")
        .map((entry) => entry.name)
        .toSorted(),
    ).toEqual(["loop", "out", "passwd", "up"]);
    // Without the guard the link leads to what must not be seen.
    expect(execFileSync("ls", [tree.at("root/out/")], { encoding: "utf8" })).toContain("secret");
  });

  test("passes by FIFOs without waiting for anybody (F3)", async () => {
    using tree = rooted(["root/a |", "root/d/b |", "root/file"]);
    const { entries } = await walked(tree);
    expect(
      entries
        .filter((entry) => entry.type === "other")
        .map((entry) => entry.relative)
        .toSorted(),
    ).toEqual(["a", "d/b"]);
  });

  test("neither gives nor enters what is protected or excluded, and counts it (F3)", async () => {
    using tree = rooted(["root/.ssh/id_rsa", "root/.env", "root/d/.env.local", "root/private/x/y", "root/d/note.bak", "root/kept"], {
      deny: ["private", "*.bak"],
    });
    const { names, withheld } = await walked(tree);
    expect(names).toEqual(["d", "kept"]);
    expect(withheld).toBe(5);
    using open = rooted(["root/.ssh/id_rsa", "root/.env", "root/private/x/y"], { protected: "allow" });
    expect((await walked(open)).names).toEqual([".env", ".ssh", ".ssh/id_rsa", "private", "private/x", "private/x/y"]);
  });

  test("applies the rules by the place below the root when it begins deeper", async () => {
    using tree = rooted(["root/a/b/secret/x", "root/a/b/ok"], { deny: ["a/b/secret"] });
    const { names, withheld } = await walked(tree, {}, "a/b");
    expect(names).toEqual(["ok"]);
    expect(withheld).toBe(1);
  });

  test("stays inside a directory that is renamed away and replaced by a link meanwhile (F3)", async () => {
    using tree = rooted(["outside/secret", ...Array.from({ length: 40 }, (_, index) => `root/d/e${index}/f`)]);
    const seen: string[] = [];
    for await (const entry of walk(tree.authority(), { signal: patient })) {
      if (seen.length === 5) {
        renameSync(tree.at("root/d"), tree.at("root/moved"));
        symlinkSync("../outside", tree.at("root/d"));
      }
      seen.push(entry.relative);
    }
    expect(seen.filter((relative) => relative.startsWith("d/"))).toHaveLength(80);
    expect(seen.join()).not.toContain("secret");
  });

  test("enters no other mount unless the card allows it, and no file system of the kernel even then (F3)", ({ skip }) => {
    using tree = rooted(["root/bind/", "root/memory/", "root/process/", "root/plain/file", "root/plain/bound", "outside/secret = secret"]);
    const at = (path: string): string => `'${tree.at(path)}'`;
    const inNamespace = (commands: readonly string[]) =>
      spawnSync("unshare", ["-rm", "--pid", "--fork", "sh", "-ec", commands.join("\n")], { encoding: "utf8" });
    if (inNamespace([`mount -t tmpfs none ${at("root/memory")}`]).status !== 0) skip("needs a mount namespace");
    const script = fileURLToPath(new URL("./walk-mounted.ts", import.meta.url));
    const said = inNamespace([
      `mount --bind ${at("outside")} ${at("root/bind")}`,
      `mount --bind ${at("outside/secret")} ${at("root/plain/bound")}`,
      `mount -t tmpfs none ${at("root/memory")}`,
      `touch ${at("root/memory/m")}`,
      `mount -t proc none ${at("root/process")}`,
      `exec '${process.execPath}' --conditions=@postern/source '${script}' ${at("root")}`,
    ]);
    expect(said.stderr).toBe("");
    expect(JSON.parse(said.stdout)).toEqual({
      denying: { names: ["bind", "memory", "plain", "plain/bound", "plain/file", "process"], withheld: 3 },
      allowing: { names: ["bind", "bind/secret", "memory", "memory/m", "plain", "plain/bound", "plain/file", "process"], withheld: 1 },
      // A single file can be a mount too.
      contentsDenying: { names: ["plain/file"], withheld: 4 },
      contentsAllowing: { names: ["bind/secret", "plain/bound", "plain/file"], withheld: 1 },
    });
  });
});

describe("a walk is bounded", () => {
  test("ends at its budget of entries and says so", async () => {
    using tree = rooted(Array.from({ length: 30 }, (_, index) => `root/d/f${index}`));
    expect(await walked(tree, { maxEntries: 10 })).toMatchObject({ truncated: "entries", visited: 10 });
    expect(await walked(tree, { maxEntries: 31 })).toMatchObject({ truncated: undefined, visited: 31 });
  });

  test("does not enter directories at the depth that was asked for, and marks them", async () => {
    using tree = rooted(["root/a/b/c"]);
    const { entries, truncated } = await walked(tree, { maxDepth: 2 });
    expect(entries.map(({ relative, depth, closed }) => [relative, depth, closed])).toEqual([
      ["a", 1, undefined],
      ["a/b", 2, "depth"],
    ]);
    expect(truncated).toBeUndefined();
  });

  test("ends at the deadline with what it has", async () => {
    using tree = rooted(Array.from({ length: 600 }, (_, index) => `root/d${index % 50}/f${index}`));
    expect(await walked(tree, { deadline: Date.now() - 1 })).toMatchObject({ truncated: "deadline" });
  });

  test("ends with `cancelled` on the signal, and gives its handles back (E6)", async () => {
    using tree = rooted(Array.from({ length: 900 }, (_, index) => `root/d${index % 50}/f${index}`));
    const authority = tree.authority();
    const before = openHandles();
    const controller = new AbortController();
    await expect(async () => {
      for await (const entry of walk(authority, { signal: controller.signal })) if (entry.depth > 0) controller.abort();
    }).rejects.toMatchObject({ code: "cancelled" });
    for await (const entry of walk(authority, { signal: patient })) if (entry.depth === 2) break;
    expect(openHandles()).toBe(before);
  });

  test("a chain of 3,000 directories neither overflows nor stalls; what no path can name is marked (F1)", async () => {
    using tree = rootedInMemory([]);
    // From the inside out: no path reaches to its end.
    mkdirSync(tree.at("root/d"));
    for (let depth = 1; depth < 3_000; depth += 1) {
      mkdirSync(tree.at("root/above"));
      renameSync(tree.at("root/d"), tree.at("root/above/d"));
      renameSync(tree.at("root/above"), tree.at("root/d"));
    }
    const began = performance.now();
    const { entries, truncated } = await walked(tree);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(entries).toHaveLength(128);
    expect(entries.at(-1)).toMatchObject({ depth: 128, closed: "depth" });
    expect(truncated).toBe("depth");
    execFileSync("rm", ["-rf", tree.at("root/d")]);
  });

  test("50,000 entries leave the event loop to others", async () => {
    using tree = rootedFiftyThousand(() => "");
    const authority = tree.authority();
    let count = 0;
    const stall = await stallOf(async () => {
      count = 0;
      for await (const entry of walk(authority, { signal: patient })) count += entry.depth > 0 ? 1 : 0;
    });
    expect(count).toBe(50_000);
    expect(stall).toBeLessThan(50);
  });
});

describe("a walk leaves nothing out silently", () => {
  test("names that are no UTF-8 are given with a mark, beside the names that they look like (F1)", async () => {
    using tree = rooted(["root/a\ufffd", "root/fine"]);
    for (const bytes of [
      [0x61, 0xff],
      [0x61, 0xfe],
    ])
      writeFileSync(Buffer.concat([Buffer.from(tree.at("root/")), Buffer.from(bytes)]), "");
    mkdirSync(Buffer.concat([Buffer.from(tree.at("root/d")), Buffer.from([0xff])]));
    const { entries, unreadable } = await walked(tree);
    expect(
      entries
        .filter((entry) => entry.lossy)
        .map((entry) => entry.name)
        .toSorted(),
    ).toEqual(["a\ufffd", "a\ufffd", "d\ufffd"]);
    expect(
      entries
        .filter((entry) => !entry.lossy)
        .map((entry) => entry.name)
        .toSorted(),
    ).toEqual(["a\ufffd", "fine"]);
    expect(unreadable).toBe(1);
  });

  test("what .gitignore files name is passed over when asked, those above the start included", async () => {
    using tree = rooted([
      "root/.gitignore = *.log\n/p/gen\n",
      "root/p/.gitignore = !keep.log\n",
      "root/p/a.log",
      "root/p/keep.log",
      "root/p/gen/x",
      "root/p/ok",
      "root/p/.git/HEAD",
    ]);
    expect((await walked(tree, { gitignore: true }, "p")).names).toEqual([".gitignore", "keep.log", "ok"]);
    expect((await walked(tree, {}, "p")).names).toEqual([".git", ".git/HEAD", ".gitignore", "a.log", "gen", "gen/x", "keep.log", "ok"]);
  });

  test("a .gitignore that is a link, a FIFO or a giant is not read (F3)", async () => {
    using tree = rooted(["outside/rules = *", "root/.gitignore => ../outside/rules", "root/d/.gitignore |", "root/e/.gitignore = x", "root/f"]);
    writeFileSync(tree.at("root/e/.gitignore"), "*\n".padEnd(300 * 1024, "#"));
    expect((await walked(tree, { gitignore: true })).names).toEqual([".gitignore", "d", "d/.gitignore", "e", "e/.gitignore", "f"]);
  });

  test("prune leaves out an entry and what lies below it", async () => {
    using tree = rooted(["root/a/b", "root/c/d"]);
    expect((await walked(tree, { prune: (relative) => relative === "a" })).names).toEqual(["c", "c/d"]);
  });

  test("a file is no place to walk: fs.not_directory; a missing one is fs.not_found (E3)", async () => {
    using tree = rooted(["root/file"]);
    await expect(walked(tree, {}, "file")).rejects.toMatchObject({ code: "fs.not_directory" });
    await expect(walked(tree, {}, "nothing")).rejects.toMatchObject({ code: "fs.not_found" });
  });
});
