import type { DenialCode } from "@postern/policy";
import { fetchBin, readerBin, senderBin, writerBin } from "../subjects.ts";
import { type FileWorld, fileWorld } from "./file-world.ts";
import { type OriginWorld, originWorld } from "./origin-world.ts";

/** One call of a tool, as the card `card` has it. */
export interface CallRow {
  readonly tool: string;
  readonly of: "own" | "another's";
  readonly input: Readonly<Record<string, unknown>>;
  /** Why who has the card may not; absent: they may. */
  readonly code?: DenialCode;
  /** What is another than before once the call took effect; null: what is gone. */
  readonly changes?: Readonly<Record<string, string | null>>;
  /** Stands in the answer of whoever may, and in no other one. */
  readonly shows?: string;
}

/** What a server's calls reach. */
export interface World extends AsyncDisposable {
  /** Everything that a call could change, as it is now. */
  state(): ReadonlyMap<string, string>;
  /** Makes it what it was at first. */
  reset(): void;
}

export interface Reach {
  /** A card's `targets`, as YAML: of `card`, and of one that gives what is another's as well. */
  readonly card: string;
  readonly wide: string;
  readonly rows: readonly CallRow[];
  readonly prompt?: Readonly<Record<string, unknown>>;
}

export interface Subject {
  readonly name: string;
  readonly bin: string;
  open(folder: string): Promise<Reach & { readonly world: World }>;
}

const secret = "a secret";

/** The same call below the card's root, and below its neighbor. */
function both(tool: string, input: (path: string) => Readonly<Record<string, unknown>>, shows?: string): readonly CallRow[] {
  const more = shows === undefined ? {} : { shows };
  return [
    { tool, of: "own", input: input("own"), ...more },
    { tool, of: "another's", input: input("other"), code: "path.outside_root", ...more },
  ];
}

function reading({ at }: FileWorld): Reach {
  const file = (of: string): object => ({ path: at(`${of}/a.txt`) });
  const folder = (of: string): object => ({ path: at(of) });
  const rows = [
    ...both("read_text_file", (of) => ({ ...file(of) }), secret),
    ...both("read_file", (of) => ({ ...file(of) }), secret),
    ...both("read_media_file", (of) => ({ path: at(`${of}/a.bin`) })),
    ...both("read_multiple_files", (of) => ({ paths: [at(`${of}/a.txt`)] }), secret),
    ...both("list_directory", (of) => ({ ...folder(of) }), "[FILE] a.txt"),
    ...both("list_directory_with_sizes", (of) => ({ ...folder(of) }), "[FILE] a.txt"),
    ...both("directory_tree", (of) => ({ ...folder(of) })),
    ...both("search_files", (of) => ({ ...folder(of), pattern: "*.txt" })),
    ...both("search_file_contents", (of) => ({ ...folder(of), pattern: "secret" }), secret),
    ...both("get_file_info", (of) => ({ ...file(of) })),
    { tool: "list_allowed_directories", of: "own", input: {} } as const,
  ];
  return { card: `{ roots: [ { path: ${at("own")} } ] }`, wide: `{ roots: [ { path: ${at()} } ] }`, rows };
}

function writing({ at }: FileWorld): Reach {
  const old = "a secret\n";
  const outside = { of: "another's", code: "path.outside_root" } as const;
  const inPlace = (of: string): readonly Omit<CallRow, "of">[] => [
    { tool: "write_file", input: { path: at(`${of}/a.txt`), content: "new\n" }, changes: { [`${of}/a.txt`]: "new\n" } },
    {
      tool: "edit_file",
      input: { path: at(`${of}/a.txt`), edits: [{ oldText: "secret", newText: "word" }] },
      changes: { [`${of}/a.txt`]: "a word\n" },
      shows: secret,
    },
    { tool: "append_file", input: { path: at(`${of}/a.txt`), content: "more\n" }, changes: { [`${of}/a.txt`]: `${old}more\n` } },
    { tool: "create_directory", input: { path: at(`${of}/made`) }, changes: { [`${of}/made/`]: "" } },
    { tool: "delete_file", input: { path: at(`${of}/a.txt`) }, changes: { [`${of}/a.txt`]: null } },
  ];
  const between = (from: string, to: string): readonly Omit<CallRow, "of">[] => {
    const ends = { source: at(`${from}/a.txt`), destination: at(`${to}/b.txt`) };
    return [
      { tool: "move_file", input: ends, changes: { [`${from}/a.txt`]: null, [`${to}/b.txt`]: old } },
      { tool: "copy_file", input: ends, changes: { [`${to}/b.txt`]: old } },
    ];
  };
  const rows: readonly CallRow[] = [
    ...[...inPlace("own"), ...between("own", "own")].map((row) => ({ ...row, of: "own" }) as const),
    ...[...inPlace("other"), ...between("own", "other"), ...between("other", "own")].map((row) => ({ ...row, ...outside })),
    { tool: "list_allowed_directories", of: "own", input: {} },
  ];
  return { card: `{ delete: allow, roots: [ { path: ${at("own")} } ] }`, wide: `{ delete: allow, roots: [ { path: ${at()} } ] }`, rows };
}

function fetching({ own, other, reach }: OriginWorld): Reach {
  const row = (url: string): Pick<CallRow, "tool" | "input" | "changes" | "shows"> => ({
    tool: "fetch",
    input: { url: `${url}/page` },
    changes: { [`GET ${url}/page`]: "" },
    shows: secret,
  });
  const targets = (which: string): string => `{ hosts: [${[own, other].map((url) => new URL(url).hostname).join(", ")}], robots: ignore, ${which} }`;
  const rows: readonly CallRow[] = [
    { ...row(own), of: "own" },
    { ...row(other), of: "another's", code: "net.address" },
  ];
  return { card: targets(reach.own), wide: targets(reach.both), rows, prompt: { name: "fetch", arguments: { url: `${own}/page` } } };
}

/** Both cards declare the tools `far…`; the networks of one of them leave their host out. What is `their…` only the other one declares. */
function sending({ own, other, reach }: OriginWorld): Reach {
  const methods = ["POST", "PUT", "PATCH", "DELETE"];
  const call = (name: string, method: string, url: string): string => {
    const body = method === "DELETE" ? "" : ", body: { type: object, properties: { title: { type: string } } }";
    return `${name}: { description: Sends a note there., method: ${method}, url: "${url}/notes"${body} }`;
  };
  const calls = (prefix: string, url: string): readonly string[] => methods.map((method) => call(`${prefix}_${method.toLowerCase()}`, method, url));
  const targets = (which: string, declared: readonly string[]): string => `{ ${which}, calls: { ${declared.join(", ")} } }`;
  const row = (prefix: string, method: string, url: string): Pick<CallRow, "tool" | "input" | "changes"> => {
    const body = method === "DELETE" ? undefined : { title: "a note" };
    const changes = { [`${method} ${url}/notes`]: body === undefined ? "" : JSON.stringify(body) };
    return { tool: `${prefix}_${method.toLowerCase()}`, input: body === undefined ? {} : { body }, changes };
  };
  const rows: readonly CallRow[] = [
    ...methods.map((method): CallRow => ({ ...row("near", method, own), of: "own" })),
    ...methods.map((method): CallRow => ({ ...row("far", method, other), of: "another's", code: "net.address" })),
    ...methods.map((method): CallRow => ({ ...row("their", method, own), of: "another's", code: "tool.unknown" })),
  ];
  const shared = [...calls("near", own), ...calls("far", other)];
  return { card: targets(reach.own, shared), wide: targets(reach.both, [...shared, ...calls("their", own)]), rows };
}

export const paritySubjects: readonly Subject[] = [
  { name: "filesystem-read", bin: readerBin, open: (folder) => opened(fileWorld(folder), reading) },
  { name: "filesystem-write", bin: writerBin, open: (folder) => opened(fileWorld(folder), writing) },
  { name: "fetch-read", bin: fetchBin, open: async () => opened(await originWorld(), fetching) },
  { name: "fetch-write", bin: senderBin, open: async () => opened(await originWorld(), sending) },
];

function opened<Which extends World>(world: Which, reach: (world: Which) => Reach): Promise<Reach & { readonly world: World }> {
  return Promise.resolve({ ...reach(world), world });
}
