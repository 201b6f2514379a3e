import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { accessTimesMove } from "./access-times.ts";

/** A real folder in the temp directory, on its canonical path. */
export interface Tree extends Disposable {
  readonly root: string;
  /** Absolute path of an entry. */
  at(...parts: readonly string[]): string;
  remove(): void;
}

/**
 * What a folder holds, one key an entry, parents made on the way:
 *
 *     tree({ "root/a.txt": "text", "root/empty/": true, "root/out => ../secret": true, "root/twin == secret/a": true, "root/pipe |": true })
 *
 * A file has its content as value. `/` at the end makes a directory, `=>` a symbolic link with exactly that target text,
 * `==` a hard link to another entry of the tree, `|` a FIFO. Entries are made in the order written.
 */
export type TreeSpec = Readonly<Record<string, string | Uint8Array | true>>;

export function tree(spec: TreeSpec): Tree {
  const root = realpathSync(mkdtempSync(join(nursery(), "postern-tree-")));
  for (const [key, value] of Object.entries(spec)) plant(root, key, value);
  // Not rmSync: it cannot remove paths that are longer than the kernel takes in one piece.
  const remove = (): void => void execFileSync("rm", ["-rf", "--", root]);
  return { root, at: (...parts) => join(root, ...parts), remove, [Symbol.dispose]: remove };
}

let place: string | undefined;

/** The temp directory, or memory where the former does not note reads, which a witness needs. */
function nursery(): string {
  place ??= [tmpdir(), "/dev/shm"].find((folder) => existsSync(folder) && accessTimesMove(folder)) ?? tmpdir();
  return place;
}

function plant(root: string, key: string, value: string | Uint8Array | true): void {
  const [link, target] = key.split(" => ", 2) as [string, string?];
  if (target !== undefined) return symlinkSync(target, parented(root, link));
  const [twin, original] = key.split(" == ", 2) as [string, string?];
  if (original !== undefined) return linkSync(below(root, original), parented(root, twin));
  if (key.endsWith("/")) return void mkdirSync(below(root, key), { recursive: true });
  if (key.endsWith(" |")) return void execFileSync("mkfifo", [parented(root, key.slice(0, -2))]);
  if (value === true) throw new Error(`tree: ${JSON.stringify(key)} is a file and needs content`);
  writeFileSync(parented(root, key), value);
}

function parented(root: string, name: string): string {
  const path = below(root, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

function below(root: string, name: string): string {
  const path = resolve(root, name);
  if (path !== root && !path.startsWith(`${root}/`)) throw new Error(`tree: ${JSON.stringify(name)} lies outside the tree`);
  return path;
}
