import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { type RunningServer, type Tree, tree } from "@postern/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";
import { plantMany } from "../trees.ts";

let place: Tree;
let server: RunningServer;
beforeAll(async () => {
  place = tree({
    "root/few/b.txt": "bb",
    "root/few/a.txt": "a",
    "root/few/c/": true,
    "root/few/.env": "X=1",
    "root/few/link => ../../outside": true,
    "root/odd/line\nfeed.txt": "x",
    "root/odd/[FILE] fake.txt": "x",
    "root/nested/one/two/three/four.txt": "x",
    "root/nested/side.txt": "x",
    "root/nested/secret/.env": "X=1",
    "root/repo/.gitignore": "dist/\n*.log\n!keep.log\n",
    "root/repo/src/main.ts": "export const needle = 1;\n",
    "root/repo/src/.gitignore": "generated.ts\n",
    "root/repo/src/generated.ts": "export const needle = 2;\n",
    "root/repo/dist/main.js": "needle",
    "root/repo/keep.log": "needle",
    "root/repo/drop.log": "needle",
    "root/text/a.ts": "first\nsecond Needle\nthird\nfourth\nfifth needle(1)\n",
    "root/text/b.md": "needle in b\n",
    "root/text/c.bin": Buffer.from("needle\0needle"),
    "root/text/wide.txt": Buffer.from("\ufeffa needle in UTF-16\n", "utf16le"),
    "root/text/.env": "NEEDLE=needle\n",
    "outside/secret.txt": "needle outside",
    "root/text/out.txt => ../../outside/secret.txt": true,
    "root/text/pipe |": true,
  });
  execFileSync("bash", ["-c", `printf x > "$1"/$'broken-\\xff.txt'`, "bash", place.at("root/odd")]);
  mkdirSync(place.at("root/many"));
  for (let index = 0; index < 2_500; index += 1) writeFileSync(place.at("root/many", `file-${index}`), "x".repeat(index % 7));
  plantMany(place.at("root/tree"), { folders: 30, perFolder: 50 });
  server = await startReader([place.at("root")]);
});
afterAll(async () => {
  await server.close();
  place.remove();
});

const call = (tool: string, input: Readonly<Record<string, unknown>>) => server.call(tool, input);
interface Node {
  readonly name: string;
  readonly type: string;
  readonly children?: readonly Node[];
  readonly truncated?: string;
}
const nodes = (text: unknown): readonly Node[] => JSON.parse(text as string) as readonly Node[];
const flat = (list: readonly Node[]): readonly Node[] => list.flatMap((node) => [node, ...flat(node.children ?? [])]);

describe("lists", () => {
  it.each(["list_directory", "list_directory_with_sizes"])("give every entry once over all pages of %s", async (tool) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const answer = await call(tool, { path: "many", limit: 700, ...(cursor !== undefined && { cursor }) });
      seen.push(...[...answer.text.matchAll(/^\[FILE\] (file-\d+)/gm)].map(([, name]) => name as string));
      cursor = /cursor="([^"]+)" for more\.\]$/.exec(answer.text)?.[1];
      if (cursor === undefined) break;
    }
    expect(cursor).toBeUndefined();
    expect(new Set(seen).size).toBe(2_500);
    expect(seen).toHaveLength(2_500);
  });

  it("count what policy keeps back, and never name it (F3)", async () => {
    const answer = await call("list_directory", { path: "few" });
    expect(answer.text).toBe("[FILE] a.txt\n[FILE] b.txt\n[DIR] c\n[FILE] link\n\n[1 entry is withheld by policy.]");
    expect(answer.withheld).toBe(1);
    expect((await call("list_directory_with_sizes", { path: "few" })).text).toContain("Total: 3 files, 1 directories\nCombined size: 3 B\n\n[1 entry");
    for (const tool of ["directory_tree", "list_directory_with_sizes"]) expect((await call(tool, { path: "few" })).text).not.toContain(".env");
  });

  it("cannot be forged by a name with a line feed in it", async () => {
    const { text } = await call("list_directory", { path: "odd" });
    const entries = text.split("\n").filter((line) => line.startsWith("[FILE]"));
    expect(entries).toEqual(["[FILE] [FILE] fake.txt", "[FILE] broken-\ufffd.txt", "[FILE] line\\u000afeed.txt"]);
    expect(text).toContain("[Names that are not valid UTF-8: 1.");
  });

  it("say at once that a cursor is not theirs", async () => {
    expect(await call("list_directory_with_sizes", { path: "many", cursor: "file-1" })).toFailWith("fs.conflict");
    expect((await call("list_directory", { path: "many", cursor: "zzz" })).text).toBe("");
  });

  it("tell no size of a FIFO, and of a link none but 0 (F3)", async () => {
    const { text } = await call("list_directory_with_sizes", { path: "text" });
    expect(text).toMatch(/^\[FILE\] pipe {26,} -$/m);
    expect(text).toMatch(/^\[FILE\] out\.txt {23,} 0 B$/m);
    expect(text).toMatch(/^\[FILE\] b\.md {26,} 12 B$/m);
  });

  it.each([{ limit: 0 }, { limit: 20_001 }, { limit: 1.5 }, { cursor: "" }, { cursor: 3 }])("refuse %j (S3)", async (how) => {
    expect(await call("list_directory", { path: "few", ...how })).toDenyWith("input.invalid");
  });
});

describe("directory_tree", () => {
  it("flags the directories that maxDepth leaves closed", async () => {
    const answer = await call("directory_tree", { path: "nested", maxDepth: 2 });
    expect(nodes(answer.content[0]?.["text"])).toEqual([
      { name: "one", type: "directory", children: [{ name: "two", type: "directory", children: [], truncated: "depth" }] },
      { name: "secret", type: "directory", children: [] },
      { name: "side.txt", type: "file" },
    ]);
  });

  it("flags every directory that a limit cuts through, and says so beside the JSON", async () => {
    const answer = await call("directory_tree", { path: "tree", limit: 120 });
    const shown = flat(nodes(answer.content[0]?.["text"]));
    expect(shown).toHaveLength(120);
    expect(shown.filter(({ truncated }) => truncated === "limit").length).toBeGreaterThan(0);
    expect(answer.content[1]?.["text"]).toMatch(/^\[Showing the first 120 entries\./);
    const full = flat(nodes((await call("directory_tree", { path: "tree" })).content[0]?.["text"]));
    expect(full).toHaveLength(30 * 51);
    expect(full.every(({ truncated }) => truncated === undefined)).toBe(true);
  });
});

describe("search_files", () => {
  it("finds names, with and without what .gitignore files name", async () => {
    const all = (await call("search_files", { path: "repo", pattern: "**/*.{ts,js,log}" })).text
      .split("\n")
      .map((path) => path.slice(place.at("root/repo/").length));
    expect(all).toEqual(["dist/main.js", "drop.log", "keep.log", "src/generated.ts", "src/main.ts"]);
    const wanted = (await call("search_files", { path: "repo", pattern: "**/*.{ts,js,log}", respectGitignore: true })).text;
    expect(wanted.split("\n").map((path) => path.slice(place.at("root/repo/").length))).toEqual(["keep.log", "src/main.ts"]);
  });

  it("says that there are more than the limit", async () => {
    const { text } = await call("search_files", { path: "tree", pattern: "**/*.txt", limit: 10 });
    expect(text.split("\n").filter((line) => line.startsWith("/"))).toHaveLength(10);
    expect(text).toMatch(/\n\n\[There are more than 10 matches\./);
  });

  it.each([
    { pattern: "a".repeat(513) },
    { pattern: "" },
    { pattern: "../**" },
    { pattern: "*a".repeat(13) },
    { pattern: "*", excludePatterns: ["{a,b}".repeat(20)] },
  ])("refuses %j before anything is read (N5)", async (how) => {
    expect(await call("search_files", { path: "tree", ...how })).toDenyWith("input.invalid");
  });
});

describe("search_file_contents", () => {
  const found = async (how: Readonly<Record<string, unknown>>) =>
    (await call("search_file_contents", { path: "text", ...how })).text.replaceAll(`${place.at("root/text")}/`, "");

  it("finds plain text, with what it skipped (F3)", async () => {
    const text = await found({ pattern: "needle" });
    expect(text).toBe(
      "a.ts\n5:fifth needle(1)\n\nb.md\n1:needle in b\n\nwide.txt\n1:a needle in UTF-16\n\n[Files skipped: 1 binary.]\n[1 entry is withheld by policy.]",
    );
    expect(text).not.toContain("outside");
  });

  it.each<readonly [Readonly<Record<string, unknown>>, string]>([
    [{ pattern: "NEEDLE", ignoreCase: true, include: ["*.ts"] }, "a.ts\n2:second Needle\n5:fifth needle(1)\n"],
    [{ pattern: "needle\\(\\d\\)", literal: false, include: ["*.ts"] }, "a.ts\n5:fifth needle(1)\n"],
    [{ pattern: "needle(1)", include: ["*.ts"], contextLines: 1 }, "a.ts\n4-fourth\n5:fifth needle(1)\n"],
    [{ pattern: "needle", ignoreCase: true, include: ["*.ts"], contextLines: 1 }, "a.ts\n1-first\n2:second Needle\n3-third\n4-fourth\n5:fifth needle(1)\n"],
    [{ pattern: "i", include: ["*.ts"], contextLines: 0 }, "a.ts\n1:first\n3:third\n5:fifth needle(1)\n"],
    [{ pattern: "no such text" }, "No matches found"],
  ])("answers %j", async (how, text) => {
    expect((await found(how)).startsWith(text)).toBe(true);
  });

  it("passes over ignored files unless told otherwise", async () => {
    const names = (text: string): readonly string[] => [...text.matchAll(/^\/\S*\/([^/\n]+)$/gm)].map(([, name]) => name as string);
    expect(names((await call("search_file_contents", { path: "repo", pattern: "needle" })).text)).toEqual(["keep.log", "main.ts"]);
    const all = await call("search_file_contents", { path: "repo", pattern: "needle", respectGitignore: false });
    expect(names(all.text).toSorted()).toEqual(["drop.log", "generated.ts", "keep.log", "main.js", "main.ts"]);
  });

  it.each([{ pattern: "(" }, { pattern: "(?=x)" }, { pattern: "(a)\\1" }, { pattern: "x".repeat(1_001) }, { pattern: "" }])(
    "refuses the expression %j with the reason (S3)",
    async (how) => {
      const answer = await call("search_file_contents", { path: "text", literal: false, ...how });
      expect(answer).toDenyWith("input.invalid");
      expect(answer.text).toContain("pattern");
    },
  );
});

describe("names that grow sevenfold in JSON do not make an answer too large (N5)", () => {
  const name = (index: number): string => `${"\u0001".repeat(240)}${index}`;
  const count = 6_000;
  beforeAll(() => {
    mkdirSync(place.at("root/wide"));
    for (let index = 0; index < count; index += 1) writeFileSync(place.at("root/wide", name(index)), "");
  });
  const named = (text: string): readonly number[] => [...text.matchAll(/u0001(\d+)"?,? *(?:0 B)?$/gm)].map(([, index]) => Number(index));

  it.each(["list_directory", "list_directory_with_sizes"])("pages of %s end before that, and hold every entry once together", async (tool) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const answer = await call(tool, { path: "wide", ...(cursor !== undefined && { cursor }) });
      expect(answer).toAllow();
      seen.push(...named(answer.text));
      const written = /cursor=(".*") for more\.\]$/.exec(answer.text)?.[1];
      cursor = written === undefined ? undefined : (JSON.parse(written) as string);
      pages += 1;
    } while (cursor !== undefined && pages < 5);
    expect(pages).toBe(2);
    expect(seen.toSorted((one, other) => one - other)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it("search_files and directory_tree stop before that, and say so", async () => {
    const found = await call("search_files", { path: "wide", pattern: "*" });
    expect(found).toAllow();
    const shown = named(found.text).length;
    expect(shown).toBeGreaterThan(2_000);
    expect(shown).toBeLessThan(count);
    expect(found.text).toContain(`[There are more than ${shown} matches.`);
    const drawn = await call("directory_tree", { path: "wide" });
    expect(drawn).toAllow();
    const drawnNodes = nodes(drawn.content[0]?.["text"]);
    expect(drawnNodes.length).toBeGreaterThan(2_000);
    expect(drawnNodes.length).toBeLessThan(count);
    expect(drawn.content[1]?.["text"]).toContain(`Showing the first ${drawnNodes.length} entries.`);
  });

  it("search_file_contents leaves out what does not fit, and says so", async () => {
    const deep = `found/${Array.from({ length: 8 }, () => "\u0001".repeat(240)).join("/")}`;
    mkdirSync(place.at(`root/${deep}`), { recursive: true });
    for (let index = 0; index < 1_500; index += 1) writeFileSync(place.at(`root/${deep}`, `f${index}`), "needle\n");
    const found = await call("search_file_contents", { path: "found", pattern: "needle", limit: 1_500 });
    expect(found).toAllow();
    const shown = found.text.match(/^1:needle$/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(50);
    expect(found.text).toContain(`[${1_500 - shown} more matching lines do not fit.`);
  });
});

it("tells a file's facts and nothing of its content", async () => {
  const { text } = await call("get_file_info", { path: "few/b.txt" });
  expect(text).toMatch(/^size: 2\ncreated: .+\nmodified: .+\naccessed: .+\nisDirectory: false\nisFile: true\npermissions: [0-7]{3}$/);
  expect(await call("get_file_info", { path: "few/.env" })).toDenyWith("path.protected");
  expect(await call("get_file_info", { path: "few/none" })).toFailWith("fs.not_found");
});
