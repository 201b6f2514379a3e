import type { Measure } from "./measure.ts";
import { listedFiles, searchedName, searchedText, searchHits, treeFiles } from "./tree.ts";

const both = ["ours", "official"] as const;

export const readMeasures: readonly Measure[] = [
  read("read-4k", "read 4 KiB, one after the other", { inFlight: 1, target: 1.3, bytes: 4 * 1024, file: "small" }),
  read("read-4k-16", "read 4 KiB, 16 in flight", { inFlight: 16, target: 2, bytes: 4 * 1024, file: "small" }),
  read("read-1m", "read 1 MiB", { inFlight: 1, target: 2, bytes: 1024 * 1024, file: "large" }),
  {
    id: "list",
    title: "list of 1,000",
    inFlight: 1,
    slice: 700,
    target: 3,
    roles: both,
    run: (session, tree) => session.call("list_directory", { path: tree.listed }),
    verify: (answer) => same("entries", answer.match(/^\[FILE\] /gm)?.length, listedFiles),
  },
  {
    id: "list-sizes",
    title: "list of 1,000 with sizes",
    inFlight: 1,
    slice: 700,
    target: 5,
    roles: both,
    run: (session, tree) => session.call("list_directory_with_sizes", { path: tree.listed }),
    verify: (answer) => same("entries", answer.match(/^\[FILE\] /gm)?.length, listedFiles),
  },
  {
    id: "tree",
    title: "tree of 5,000",
    inFlight: 1,
    slice: 700,
    target: 2,
    roles: both,
    run: (session, tree) => session.call("directory_tree", { path: tree.tree }),
    verify: (answer) => same("files", answer.match(/"type": ?"file"/g)?.length, treeFiles),
  },
  {
    id: "search-names",
    title: "search_files over 50,000",
    inFlight: 1,
    slice: 700,
    target: 20,
    roles: both,
    run: (session, tree) => session.call("search_files", { path: tree.searched, pattern: `**/${searchedName}` }),
    verify: (answer) => same("hits", answer.split("\n").filter((line) => line.endsWith(`/${searchedName}`)).length, searchHits),
  },
  {
    id: "search-text",
    title: "content search over 50,000",
    inFlight: 1,
    slice: 1000,
    target: undefined,
    roles: ["ours"],
    run: (session, tree) => session.call("search_file_contents", { path: tree.searched, pattern: searchedText, limit: 1000 }),
    verify: (answer) => same("hits", answer.split(searchedText).length - 1, searchHits),
  },
];

function read(id: string, title: string, options: { inFlight: number; target: number; bytes: number; file: "small" | "large" }): Measure {
  return {
    id,
    title,
    inFlight: options.inFlight,
    slice: 700,
    target: options.target,
    roles: options.file === "small" ? [...both, "floor"] : both,
    run: (session, tree) => session.call("read_text_file", { path: tree[options.file] }),
    verify: (answer) => same("bytes", Buffer.byteLength(answer), options.bytes),
  };
}

function same(what: string, got: number | undefined, expected: number): void {
  if ((got ?? 0) !== expected) throw new Error(`the answer has ${got ?? 0} ${what}, not ${expected}`);
}
