import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Many {
  readonly folders: number;
  readonly perFolder: number;
  readonly content?: string;
}

/** Plants many files in many folders: `d0/f0.txt`, `d0/f1.txt`, … */
export function plantMany(root: string, { folders, perFolder, content = "x" }: Many): void {
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(root, `d${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < perFolder; file += 1) writeFileSync(join(path, `f${file}.txt`), content);
  }
}

/** Plants a chain of directories, deeper than any path that the kernel takes in one piece; the result is its innermost name from the top. */
export function plantDeep(root: string, depth: number): void {
  const before = process.cwd();
  process.chdir(root);
  try {
    for (let level = 0; level < depth; level += 1) {
      mkdirSync("d");
      process.chdir("d");
    }
    writeFileSync("leaf.txt", "deep");
  } finally {
    process.chdir(before);
  }
}
