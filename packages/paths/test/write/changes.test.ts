import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { appendFile, copyFile, deleteFile, makeDirectory, moveEntry, rewrite, writeFile } from "../../src/write/index.ts";
import { ownerText } from "../../src/write/owner.ts";
import { sweep } from "../../src/write/sweep.ts";
import { patient, plain, writable } from "./writable.ts";

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const bytes = Buffer.from("new");

describe("what stood under a name when the call was decided need not stand there when it acts", () => {
  it("a new file of another program is not replaced unseen: the change is made anew on it", async () => {
    using tree = writable([]);
    const target = tree.write("a");
    writeFileSync(tree.at("root/a"), "theirs");
    const [change] = await appendFile(target, bytes.toString(), plain);
    expect(readFileSync(tree.at("root/a"), "utf8")).toBe("theirsnew");
    expect(change).toMatchObject({ change: "appended", before: { bytes: 6 } });
  });

  it.each(["new", "old"])("something else that a program puts in the place of the new content is told, and what is left (%s file)", async (which) => {
    using tree = writable(["root/old = old"]);
    const target = tree.write(which);
    const content = async function* () {
      yield bytes;
      const [temporary = ""] = readdirSync(tree.at("root")).filter((name) => name.endsWith(".tmp"));
      renameSync(tree.at(`root/${temporary}`), tree.at("root/aside"));
      writeFileSync(tree.at(`root/${temporary}`), "theirs");
    };
    const change = rewrite(target, () => ({ change: "replaced", content: content() }), plain);
    const left = [{ argument: "path", change: which === "new" ? "created" : "replaced", durable: false }];
    await expect(change).rejects.toThrow(expect.objectContaining({ code: "fs.conflict", changes: left }) as Error);
    expect(readFileSync(tree.at(`root/${which}`), "utf8")).toBe("theirs");
  });

  it("a link that took the file's place is a conflict, wherever it leads", async () => {
    using tree = writable(["root/a = old", "outside = secret"]);
    const target = tree.write("a");
    rmSync(tree.at("root/a"));
    symlinkSync("../outside", tree.at("root/a"));
    await expect(writeFile(target, bytes, plain)).rejects.toThrow(code("fs.conflict"));
    expect(readFileSync(tree.at("outside"), "utf8")).toBe("secret");
    expect(lstatSync(tree.at("root/a")).isSymbolicLink()).toBe(true);
    expect(readdirSync(tree.at("root"))).toEqual(["a"]);
  });

  it("a hard link to a file outside that took the file's place is a conflict", async () => {
    using tree = writable(["root/a = old", "outside = secret"]);
    const target = tree.write("a");
    rmSync(tree.at("root/a"));
    execFileSync("ln", [tree.at("outside"), tree.at("root/a")]);
    await expect(writeFile(target, bytes, plain)).rejects.toThrow(code("fs.conflict"));
    await expect(deleteFile(target, plain)).rejects.toThrow(code("fs.conflict"));
    expect(readFileSync(tree.at("outside"), "utf8")).toBe("secret");
  });

  it("a directory that was moved out of the root meanwhile is not written into", async () => {
    using tree = writable(["root/d/a = old", "outside/"]);
    const [file, made, copy, from] = [tree.write("d/a"), tree.write("d/e", "directory"), tree.write("d/c", "new-file"), tree.write("d/a", "entry")];
    const to = tree.write("b", "new-entry");
    renameSync(tree.at("root/d"), tree.at("outside/d"));
    await expect(writeFile(file, bytes, plain)).rejects.toThrow(code("fs.conflict"));
    await expect(makeDirectory(made, plain)).rejects.toThrow(code("fs.conflict"));
    writeFileSync(tree.at("root/source"), "x");
    await expect(copyFile(tree.read("source"), copy, plain)).rejects.toThrow(code("fs.conflict"));
    await expect(moveEntry(from, to, plain)).rejects.toThrow(code("fs.conflict"));
    expect(readdirSync(tree.at("outside/d"))).toEqual(["a"]);
    expect(readFileSync(tree.at("outside/d/a"), "utf8")).toBe("old");
  });

  it("a root that was replaced is not written into", async () => {
    using tree = writable(["root/a = old"]);
    const target = tree.write("a");
    renameSync(tree.at("root"), tree.at("old-root"));
    mkdirSync(tree.at("root"));
    await expect(writeFile(target, bytes, plain)).rejects.toThrow(code("fs.conflict"));
    expect(readdirSync(tree.at("old-root"))).toEqual(["a"]);
    expect(readdirSync(tree.at("root"))).toEqual([]);
  });

  it("what a foreign program writes while a change is made is not lost: the change is made anew, and given up after three times", async () => {
    using tree = writable(["root/a = 1"]);
    const seen: string[] = [];
    const meddled = (times: number) =>
      rewrite(
        tree.write("a"),
        async (current) => {
          const content = (await current?.content(patient))?.toString() ?? "";
          seen.push(content);
          if (seen.length <= times) writeFileSync(tree.at("root/a"), `${content}+`);
          return { change: "edited", content: Buffer.from(`${content}!`) };
        },
        plain,
      );
    await meddled(1);
    expect(seen).toEqual(["1", "1+"]);
    expect(readFileSync(tree.at("root/a"), "utf8")).toBe("1+!");
    seen.length = 0;
    await expect(meddled(5)).rejects.toThrow(code("fs.conflict"));
    expect(readFileSync(tree.at("root/a"), "utf8")).toBe("1+!+++");
    expect(readdirSync(tree.at("root"))).toEqual(["a"]);
  });

  it("what took the place of a file that is to be deleted or moved stays", async () => {
    using tree = writable(["root/a = old", "root/b = other"]);
    const [gone, moved] = [tree.write("a", "entry"), tree.write("a", "entry")];
    const to = tree.write("c", "new-entry");
    renameSync(tree.at("root/b"), tree.at("root/a"));
    await expect(moveEntry(moved, to, plain)).rejects.toThrow(code("fs.conflict"));
    // delete_file removes the file of that name, and this is one: it is judged anew, and its own digest is recorded.
    expect(await deleteFile(gone, plain)).toMatchObject([{ change: "deleted", before: { bytes: 5 } }]);
    expect(existsSync(tree.at("root/c"))).toBe(false);
  });
});

describe("a directory that is moved", () => {
  it("is put back when something came into it meanwhile that the new place keeps back", async () => {
    using tree = writable(["root/x/ok.txt = ok"]);
    const [from, to] = [tree.write("x", "entry"), tree.write(".github", "new-entry")];
    mkdirSync(tree.at("root/x/workflows"));
    writeFileSync(tree.at("root/x/workflows/evil.yml"), "on: push");
    await expect(moveEntry(from, to, plain)).rejects.toThrow(code("fs.conflict"));
    expect(readdirSync(tree.at("root"))).toEqual(["x"]);
  });

  it("never replaces a directory that came to the new place meanwhile", async () => {
    using tree = writable(["root/x/a = a"]);
    const [from, to] = [tree.write("x", "entry"), tree.write("y", "new-entry")];
    mkdirSync(tree.at("root/y"));
    await expect(moveEntry(from, to, plain)).rejects.toThrow(code("fs.exists"));
    expect(readdirSync(tree.at("root")).toSorted()).toEqual(["x", "y"]);
  });
});

describe("what processes leave behind when they die", () => {
  const dead = (): string => ownerText().replace(/-\d+-\d+-/, "-4194303-1-");

  it("is removed at a start, and what the living still use is not", async () => {
    using tree = writable(["root/a = a", "root/d/e/b = b"]);
    const [gone, alive] = [dead(), ownerText()];
    for (const owner of [gone, alive]) {
      writeFileSync(tree.at(`root/.postern.${owner}.tmp`), "half");
      writeFileSync(tree.at(`root/d/e/.postern.${owner}.tmp`), "half");
    }
    symlinkSync(gone, tree.at("root/d/.postern.00112233445566778899aabbccddeeff.lock"));
    symlinkSync(alive, tree.at("root/d/.postern.ffeeddccbbaa99887766554433221100.lock"));
    mkdirSync(tree.at(`root/.postern.x-${gone}.tmp`));
    await sweep([tree.scope], patient);
    const left = readdirSync(tree.at("root"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".postern."));
    expect(left.toSorted()).toEqual([
      `.postern.${alive}.tmp`,
      `.postern.x-${gone}.tmp`,
      "d/.postern.ffeeddccbbaa99887766554433221100.lock",
      `d/e/.postern.${alive}.tmp`,
    ]);
    expect(readFileSync(tree.at("root/a"), "utf8")).toBe("a");
  });

  it("is looked for without following links, and not where the card gives nothing", async () => {
    const gone = dead();
    using tree = writable(["outside/", "root/kept/", "root/link => ../outside"], { deny: ["kept"] });
    writeFileSync(tree.at(`outside/.postern.${gone}.tmp`), "half");
    writeFileSync(tree.at(`root/kept/.postern.${gone}.tmp`), "half");
    await sweep([tree.scope], patient);
    expect(existsSync(tree.at(`outside/.postern.${gone}.tmp`))).toBe(true);
    expect(existsSync(tree.at(`root/kept/.postern.${gone}.tmp`))).toBe(true);
  });

  it("of another machine stays for ten minutes", async () => {
    using tree = writable([]);
    const names = ["new", "old"].map((age) => `root/.postern.00000000-1-1-${age === "new" ? "0".repeat(12) : "1".repeat(12)}.tmp`);
    for (const name of names) writeFileSync(tree.at(name), "half");
    utimesSync(tree.at(names[1] ?? ""), Date.now() / 1000 - 700, Date.now() / 1000 - 700);
    await sweep([tree.scope], patient);
    expect(names.map((name) => existsSync(tree.at(name)))).toEqual([true, false]);
  });
});

describe("as an ordinary user (needs root, to become one)", () => {
  const script = fileURLToPath(new URL("as-nobody.ts", import.meta.url));
  const root = process.getuid?.() === 0;
  const run = (path: string): Record<string, string> => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@postern/source", script, path], {
      uid: 65_534,
      gid: 65_534,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", TMPDIR: "/tmp" },
    });
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, string>;
  };
  const readable = root && spawnSync(process.execPath, [script, "--probe"], { uid: 65_534, gid: 65_534 }).status === 0;

  it.skipIf(!readable)("read-only files and directories stay as they are, and other people's files can be moved without a link", () => {
    using tree = writable([
      "root/mine = mine",
      "root/locked = locked",
      "root/shut/inside = inside",
      "root/theirs = theirs",
      "root/sticky/b = b",
      "root/grouped = g",
    ]);
    execFileSync("chown", ["-R", "65534:65534", tree.path]);
    chmodSync(tree.path, 0o755);
    execFileSync("chown", ["0:0", tree.at("root/theirs")]);
    chmodSync(tree.at("root/theirs"), 0o600);
    chmodSync(tree.at("root/locked"), 0o444);
    execFileSync("chown", ["65534:1", tree.at("root/grouped")]);
    chmodSync(tree.at("root/grouped"), 0o664);
    chmodSync(tree.at("root/shut"), 0o555);
    execFileSync("chown", ["-R", "0:0", tree.at("root/sticky")]);
    chmodSync(tree.at("root/sticky"), 0o1777);
    chmodSync(tree.at("root/sticky/b"), 0o666);
    expect(run(tree.at("root"))).toEqual({
      mine: "done",
      locked: "fs.permission",
      "shut/inside": "fs.permission",
      "shut/new": "fs.permission",
      theirs: "fs.permission",
      grouped: "done",
      move: "done",
      sticky: "fs.permission",
    });
    expect(readdirSync(tree.at("root/sticky"))).toEqual(["b"]);
    // The group could not be kept: neither it nor the new one may do more than both could.
    expect(lstatSync(tree.at("root/grouped"))).toMatchObject({ gid: 65_534, mode: 0o100644 });
    expect(readFileSync(tree.at("root/locked"), "utf8")).toBe("locked");
    expect(readdirSync(tree.at("root")).toSorted()).toEqual(["grouped", "locked", "mine", "moved", "shut", "sticky"]);
  });
});

const noTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0 ? "" : " (needs strace)";

it.skipIf(noTrace !== "")(`new content is never readable by more than the old, not even before it has its group${noTrace} (F3)`, () => {
  const script = fileURLToPath(new URL("write-once.ts", import.meta.url));
  const node = [process.execPath, "--conditions", "@postern/source", script, "604", "640", "644", "4755", "600"];
  const { status, stderr } = spawnSync("strace", ["-qq", "-e", "trace=openat", ...node], { encoding: "utf8" });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  const made = [...stderr.matchAll(/\.tmp", O_RDWR\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, (\d+)\)/g)].map((match) => match[1]);
  expect(made).toEqual(["0600", "0600", "0644", "0755", "0600"]);
});
