import { execFileSync, spawnSync } from "node:child_process";
import { searchedText, searchHits, type BenchTree } from "./tree.ts";

/** The installed ripgrep's own version line, or undefined when there is none on the PATH. */
export function ripgrepVersion(): string | undefined {
  const { status, stdout } = spawnSync("rg", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : undefined;
}

/** Seconds that ripgrep takes for the search that `search-text` makes, its process start included. */
export function ripgrepSeconds(tree: BenchTree): number {
  const before = performance.now();
  const found = execFileSync("rg", ["--no-config", "--fixed-strings", "--line-number", "--no-heading", searchedText, tree.searched], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = (performance.now() - before) / 1000;
  const hits = found.trimEnd().split("\n").length;
  if (hits !== searchHits) throw new Error(`ripgrep found ${hits} lines, not ${searchHits}`);
  return seconds;
}
