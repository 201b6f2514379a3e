import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the calls that read point. Everything lies below `root`, the only directory that the servers may read. */
export interface BenchTree {
  readonly root: string;
  readonly small: string;
  readonly large: string;
  readonly listed: string;
  readonly tree: string;
  readonly searched: string;
}

export const searchedFiles = 50_000;
/** One file in a hundred has this name, one in a hundred this text: what each search must find, by any server. */
export const searchedName = "file50.ts";
export const searchedText = "postern bench needle";
export const searchHits = 500;
export const listedFiles = 1_000;
export const treeFiles = 5_000;

export function treeAt(root: string): BenchTree {
  const place = (name: string) => join(root, name);
  return { root, small: place("4k.txt"), large: place("1m.txt"), listed: place("list1000"), tree: place("tree5000"), searched: place("search") };
}

/** Makes the tree that all servers that read are measured on: the same names, sizes and contents on each machine. */
export function makeTree({ root, small, large, listed, tree, searched }: BenchTree): void {
  mkdirSync(root);
  writeFileSync(small, lines(4 * 1024));
  writeFileSync(large, lines(1024 * 1024));
  fill(listed, listedFiles, (index) => lines(200 + ((index * 37) % 3000)));
  folders(tree, treeFiles, () => "x\n");
  folders(searched, searchedFiles, (index) => lines(600 + ((index * 53) % 1200)) + (index % 100 === 7 ? `const found = "${searchedText}";\n` : ""));
}

function folders(root: string, files: number, content: (index: number) => string): void {
  mkdirSync(root);
  for (let folder = 0; folder < files / 100; folder++) {
    fill(join(root, `folder${folder}`), 100, (index) => content(folder * 100 + index));
  }
}

function fill(directory: string, files: number, content: (index: number) => string): void {
  mkdirSync(directory);
  for (let index = 0; index < files; index++) writeFileSync(join(directory, `file${index}.ts`), content(index));
}

const vocabulary = ["export", "const", "value", "return", "handle", "length", "index", "result", "await", "reader", "import", "state", "buffer", "limit"];

/** Text that looks like source code, exactly so many bytes long, the last line complete. */
export function lines(bytes: number): string {
  let text = "";
  for (let word = 0; text.length < bytes; word++) {
    text += vocabulary[(word * 7 + (word >> 3)) % vocabulary.length];
    text += word % 9 === 8 ? ";\n" : " ";
  }
  return `${text.slice(0, bytes - 1)}\n`;
}
