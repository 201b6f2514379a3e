import { afterAll, beforeAll, describe, it } from "vitest";
import { expect } from "../expect.ts";
import { type Sides, startSides, versions } from "./official-sides.ts";

type Call = readonly [tool: string, input: Readonly<Record<string, unknown>>];

/** `@` stands for the root. Every answer is the official one, byte for byte. */
const same: readonly Call[] = [
  ...["a.txt", "no-newline.txt", "crlf.txt", "blank-lines.txt", "empty.txt", "unicode é ü 日本.txt", "long.txt", "inside.txt"].flatMap((name): Call[] => [
    ["read_text_file", { path: `@/${name}` }],
    ["read_file", { path: `@/${name}` }],
    ["read_text_file", { path: name }],
    ["read_text_file", { path: `@/${name}`, head: 1 }],
    ["read_text_file", { path: `@/${name}`, head: 2 }],
    ["read_text_file", { path: `@/${name}`, head: 4_000 }],
    ["read_text_file", { path: `@/${name}`, tail: 1 }],
    ["read_text_file", { path: `@/${name}`, tail: 2 }],
    ["read_text_file", { path: `@/${name}`, tail: 4_000 }],
    ["read_file", { path: `@/${name}`, tail: 3 }],
  ]),
  ["read_media_file", { path: "@/image.png" }],
  ["read_media_file", { path: "@/UPPER.PNG" }],
  ["read_media_file", { path: "@/sound.mp3" }],
  ["read_media_file", { path: "@/data.bin" }],
  ["read_multiple_files", { paths: ["@/a.txt"] }],
  ["read_multiple_files", { paths: ["@/a.txt", "no-newline.txt", "empty.txt", "@/src/index.ts"] }],
  ["list_directory", { path: "@/src" }],
  ["list_directory", { path: "@/empty-directory" }],
  ["list_directory_with_sizes", { path: "@/src" }],
  ["list_directory_with_sizes", { path: "@/src/deep", sortBy: "size" }],
  ["list_directory_with_sizes", { path: "@/node_modules/pkg", sortBy: "name" }],
  ["list_directory_with_sizes", { path: "@/empty-directory" }],
  ["directory_tree", { path: "@/src" }],
  ["directory_tree", { path: "@/src", excludePatterns: ["node_modules"] }],
  ["directory_tree", { path: "@/src", excludePatterns: ["**/*.ts"] }],
  ["directory_tree", { path: "@/src", excludePatterns: ["er", "*.ts"] }],
  ["directory_tree", { path: "@/empty-directory" }],
  ...["*.ts", "**/*.ts", "**/index.*", "src", "**", "deep/**", "**/{er,pkg}", "nothing*", "**/[a-f]*.ts"].flatMap((pattern): Call[] => [
    ["search_files", { path: "@/src", pattern }],
    ["search_files", { path: "@/src", pattern, excludePatterns: ["node_modules", "**/er"] }],
  ]),
  ["get_file_info", { path: "@/a.txt" }],
  ["get_file_info", { path: "@/src" }],
  ["list_allowed_directories", {}],
];

let sides: Sides;
beforeAll(async () => {
  sides = await startSides();
});
afterAll(() => sides[Symbol.asyncDispose]());

function placed(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(input).replaceAll("@", sides.place.at("root"))) as Record<string, unknown>;
}

describe.each(versions)("beside the official server %s", (version) => {
  it.each(same)("answers %s %j alike", async (tool, input) => {
    const [ours, theirs] = [await sides.ours.call(tool, placed(input)), await sides.official[version].call(tool, placed(input))];
    expect(ours).toAllow();
    expect(theirs.isError).toBe(false);
    // The time of last access moves with every read of the content, whoever reads.
    const shown = (content: unknown): unknown => JSON.parse(JSON.stringify(content).replaceAll(/accessed: [^\\]*/g, ""));
    expect(shown(ours.content)).toEqual(shown(theirs.content));
  });

  it("sends bulk text once, where the official server sends it twice", async () => {
    const input = placed({ path: "@/long.txt" });
    const [ours, theirs] = [await sides.ours.call("read_text_file", input), await sides.official[version].call("read_text_file", input)];
    expect(ours.structuredContent).toBeUndefined();
    expect(theirs.structuredContent).toEqual({ content: theirs.text });
    expect(JSON.stringify(ours.raw).length).toBeLessThan(JSON.stringify(theirs.raw).length * 0.6);
  });
});

interface Difference {
  readonly what: string;
  readonly call: Call;
  readonly theirs: string;
  readonly ours: string | { readonly denied: string } | { readonly failed: string };
}

/** What the README lists as different on purpose, with both answers. */
const differences: readonly Difference[] = [
  {
    what: "tells an encoding that is not UTF-8 instead of losing it",
    call: ["read_text_file", { path: "latin1.txt" }],
    theirs: "caf\ufffd\n",
    ours: "café\n\n[Not valid UTF-8; decoded as Latin-1, which is a guess.]",
  },
  {
    what: "leaves a byte order mark out and says so",
    call: ["read_text_file", { path: "bom.txt" }],
    theirs: "\ufeffwith a mark\n",
    ours: "with a mark\n\n[UTF-8 with a byte order mark, which is left out here.]",
  },
  {
    what: "decodes UTF-16 and says so",
    call: ["read_text_file", { path: "utf16.txt" }],
    theirs: "\ufffd\ufffdw\0i\0d\0e\0\n\0",
    ours: "wide\n\n[Decoded from UTF-16 little-endian.]",
  },
  {
    what: "refuses to show binary data as text",
    call: ["read_text_file", { path: "data.bin" }],
    theirs: "\0\u0001\u0002\u0003",
    ours: { failed: "fs.encoding" },
  },
  {
    what: "takes whole numbers of lines only (F1)",
    call: ["read_text_file", { path: "a.txt", head: 1.5 }],
    theirs: "one\ntwo",
    ours: { denied: "input.invalid" },
  },
  {
    what: "refuses an argument that it does not know (S3)",
    call: ["list_directory", { path: "empty-directory", depth: 3 }],
    theirs: "",
    ours: { denied: "input.invalid" },
  },
  {
    what: "refuses the text of protected files (F3)",
    call: ["read_text_file", { path: ".env" }],
    theirs: "PASSWORD=none\n",
    ours: { denied: "path.protected" },
  },
  {
    what: "shows no size of what a link points to",
    call: ["list_directory_with_sizes", { path: "links" }],
    theirs: `[FILE] ${"big".padEnd(30)}    4.88 KB`,
    ours: `[FILE] ${"big".padEnd(30)}        0 B`,
  },
];

describe.each(versions)("different from the official server %s on purpose", (version) => {
  beforeAll(async () => {
    const { mkdirSync, symlinkSync, writeFileSync, rmSync } = await import("node:fs");
    rmSync(sides.place.at("root/links"), { recursive: true, force: true });
    mkdirSync(sides.place.at("root/links"));
    writeFileSync(sides.place.at("root/big"), "x".repeat(5_000));
    symlinkSync("../big", sides.place.at("root/links/big"));
  });

  it.each(differences)("$what", async ({ call: [tool, input], theirs, ours }) => {
    const official = await sides.official[version].call(tool, input);
    expect(official.isError).toBe(false);
    expect(official.text.startsWith(theirs)).toBe(true);
    const answer = await sides.ours.call(tool, input);
    if (typeof ours === "string") expect(answer.text.startsWith(ours)).toBe(true);
    else if ("denied" in ours) expect(answer).toDenyWith(ours.denied);
    else expect(answer).toFailWith(ours.failed);
  });

  it("refuses head and tail together with the official words", async () => {
    const input = { path: "a.txt", head: 1, tail: 1 };
    const words = "Cannot specify both head and tail parameters simultaneously";
    expect((await sides.official[version].call("read_text_file", input)).text).toContain(words);
    const ours = await sides.ours.call("read_text_file", input);
    expect(ours).toDenyWith("input.invalid");
    expect(ours.text).toContain(words);
  });

  it("keeps to itself where a link leads, which the official server tells (F4)", async () => {
    const theirs = await sides.official[version].call("read_text_file", { path: "out" });
    expect(theirs.text).toContain(sides.place.at("outside"));
    const ours = await sides.ours.call("read_text_file", { path: "out" });
    expect(ours).toDenyWith("path.symlink_escape");
    expect(JSON.stringify(ours.raw)).not.toContain("outside/secret");
  });
});

it("offers the ten official read tools with every official parameter", async () => {
  const listOf = async (server: { raw: { request(method: string, params: unknown): Promise<{ result?: unknown }> } }) =>
    (
      (await server.raw.request("tools/list", {})).result as {
        tools: { name: string; inputSchema: { properties?: Record<string, { type?: string }>; required?: string[] } }[];
      }
    ).tools;
  const ours = new Map((await listOf(sides.ours)).map((tool) => [tool.name, tool.inputSchema]));
  for (const version of versions) {
    const reading = (await listOf(sides.official[version])).filter(({ name }) => !/^(?:write_file|edit_file|create_directory|move_file)$/.test(name));
    expect(reading).toHaveLength(10);
    for (const { name, inputSchema } of reading) {
      const own = ours.get(name);
      expect(Object.keys(own?.properties ?? {}), name).toEqual(expect.arrayContaining(Object.keys(inputSchema.properties ?? {})));
      expect(own?.required ?? [], name).toEqual(inputSchema.required ?? []);
    }
  }
});
