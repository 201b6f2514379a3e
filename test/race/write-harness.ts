import { tree, type Tree } from "@postern/testing";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startAttacker } from "./attacker.ts";

export const canary = "OUTSIDE-CANARY-91d2";
/** What the attacked calls write: found outside, it came from them. */
export const written = "WRITTEN-BY-A-CALL";

/** One tool under the exchange of a folder, or a file, with a link that leads out. Fresh names are made of `turn`. */
export interface WriteAttack {
  readonly name: string;
  readonly tool: string;
  /** Ours alone has it. */
  readonly own?: true;
  /** What it asks for exists outside only, so no call is ever done. */
  readonly outsideOnly?: true;
  readonly exchange: "folder" | "file";
  readonly input: (root: string, turn: number) => Readonly<Record<string, unknown>>;
}

export const writeAttacks: readonly WriteAttack[] = [
  { name: "write_file new", tool: "write_file", exchange: "folder", input: (root, turn) => ({ path: `${root}/swap/new-${turn}.txt`, content: written }) },
  { name: "write_file over", tool: "write_file", exchange: "folder", input: (root) => ({ path: `${root}/swap/same.txt`, content: `inside\n${written}` }) },
  { name: "write_file over the link", tool: "write_file", exchange: "file", input: (root) => ({ path: `${root}/swap`, content: `inside\n${written}` }) },
  {
    name: "edit_file",
    tool: "edit_file",
    exchange: "folder",
    input: (root) => ({
      path: `${root}/swap/same.txt`,
      edits: [
        { oldText: "line", newText: "line" },
        { oldText: "line", newText: `line ${written}` },
      ],
    }),
  },
  {
    name: "edit_file over the link",
    tool: "edit_file",
    exchange: "file",
    input: (root) => ({ path: `${root}/swap`, edits: [{ oldText: "line", newText: `line ${written}` }] }),
  },
  { name: "create_directory", tool: "create_directory", exchange: "folder", input: (root, turn) => ({ path: `${root}/swap/dir-${turn}` }) },
  { name: "create_directory deep", tool: "create_directory", exchange: "folder", input: (root, turn) => ({ path: `${root}/swap/deep-${turn}/a/b` }) },
  {
    name: "move_file in",
    tool: "move_file",
    exchange: "folder",
    input: (root, turn) => ({ source: `${root}/stock/${turn % 64}`, destination: `${root}/swap/moved-${turn}` }),
  },
  {
    name: "move_file out",
    tool: "move_file",
    outsideOnly: true,
    exchange: "folder",
    input: (root, turn) => ({ source: `${root}/swap/only-outside-${turn % 64}.txt`, destination: `${root}/stolen-${turn}` }),
  },
  { name: "append_file", tool: "append_file", own: true, exchange: "folder", input: (root) => ({ path: `${root}/swap/same.txt`, content: written }) },
  { name: "append_file over the link", tool: "append_file", own: true, exchange: "file", input: (root) => ({ path: `${root}/swap`, content: written }) },
  {
    name: "copy_file in",
    tool: "copy_file",
    own: true,
    exchange: "folder",
    input: (root, turn) => ({ source: `${root}/stock/0`, destination: `${root}/swap/copy-${turn}` }),
  },
  {
    name: "copy_file out",
    tool: "copy_file",
    own: true,
    exchange: "folder",
    input: (root, turn) => ({ source: `${root}/swap/same.txt`, destination: `${root}/stolen-${turn}` }),
  },
  {
    name: "delete_file",
    tool: "delete_file",
    own: true,
    outsideOnly: true,
    exchange: "folder",
    input: (root, turn) => ({ path: `${root}/swap/only-outside-${turn % 64}.txt` }),
  },
];

export interface WriteToll {
  readonly calls: number;
  readonly done: number;
  /** Entries that appeared outside, changed there, or went away from there, and outside content that came inside. */
  readonly made: number;
  readonly changed: number;
  readonly removed: number;
  readonly stolen: number;
}

export function escapesOf({ made, changed, removed, stolen }: WriteToll): number {
  return made + changed + removed + stolen;
}

/** Whatever is attacked. */
export interface Writer extends AsyncDisposable {
  /** Whether the call was done. */
  call(attack: WriteAttack, root: string, turn: number): Promise<boolean>;
}

function battlefield(): Tree {
  const many = (name: (at: number) => string, content: string) => Object.fromEntries(Array.from({ length: 64 }, (_, at) => [name(at), content]));
  return tree({
    "root/swap/same.txt": "inside\nline\n",
    "root/link => ../outside": true,
    ...many((at) => `root/stock/${at}`, "inside"),
    "outside/same.txt": `${canary}\nline\n`,
    ...many((at) => `outside/only-outside-${at}.txt`, canary),
    "file/root/swap": "inside\nline\n",
    "file/root/link => ../outside.txt": true,
    "file/outside.txt": `${canary}\nline\n`,
  });
}

function snapshot(folder: string): Map<string, string> {
  const seen = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    seen.set(name, lstatSync(path).isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "directory");
  }
  return seen;
}

/** Files below the root that hold what only lies outside. Links are not looked through: they show where they lead, and hold nothing. */
function stolenBelow(folder: string): number {
  let stolen = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const info = lstatSync(path);
    if (info.isDirectory()) stolen += stolenBelow(path);
    else if (info.isFile() && readFileSync(path, "utf8").includes(canary)) stolen += 1;
  }
  return stolen;
}

/** Attacks one victim for `milliseconds` with eight calls in flight, and counts what is different outside afterwards. */
export async function wageOnWriter(attack: WriteAttack, start: (root: string) => Promise<Writer>, milliseconds: number, fewest = 24): Promise<WriteToll> {
  using field = battlefield();
  const base = attack.exchange === "folder" ? field.root : field.at("file");
  const root = join(base, "root");
  const outside = attack.exchange === "folder" ? join(base, "outside") : base;
  const outsideNow = (): Map<string, string> =>
    attack.exchange === "folder" ? snapshot(outside) : new Map([...snapshot(outside)].filter(([name]) => !name.startsWith("root")));
  const before = outsideNow();
  let calls = 0;
  let done = 0;
  {
    await using victim = await start(root);
    await using _attacker = await startAttacker(`${root}/swap`, `${root}/link`);
    await sleep(20);
    const begun = performance.now();
    const goesOn = (): boolean => {
      const passed = performance.now() - begun;
      // Nor does a siege in which nothing was ever done show anything.
      const shows = calls >= fewest && (done > 0 || attack.outsideOnly === true);
      return passed < milliseconds || (!shows && passed < 45_000);
    };
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (goesOn()) {
          const turn = calls;
          calls += 1;
          if (await victim.call(attack, root, turn)) done += 1;
        }
      }),
    );
  }
  const after = outsideNow();
  return {
    calls,
    done,
    made: [...after.keys()].filter((name) => !before.has(name)).length,
    changed: [...after].filter(([name, print]) => before.has(name) && before.get(name) !== print).length,
    removed: [...before.keys()].filter((name) => !after.has(name)).length,
    stolen: stolenBelow(root),
  };
}
