import { readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { httpOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { fetchBin, readerBin, senderBin, writerBin } from "../subjects.ts";

/** Two tenants with two callers each, one of whom has a key and one comes with tokens. */
export const callers = [
  { id: "ann", tenant: "acme", proof: "key" },
  { id: "art", tenant: "acme", proof: "token" },
  { id: "bea", tenant: "rival", proof: "token" },
  { id: "bob", tenant: "rival", proof: "key" },
] as const;
export type Id = (typeof callers)[number]["id"];

/** Which folders each one may reach: its own, and one shared with its colleague. Bob has nothing of his own, and nobody has the last one. */
export const reach: Readonly<Record<Id, readonly string[]>> = { ann: ["ann", "acme"], art: ["art", "acme"], bea: ["bea", "rival"], bob: ["rival"] };
export const folders = ["ann", "art", "acme", "bea", "rival", "nobody"] as const;

export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A server and what its calls reach. `at` is a directory that has each of the folders. */
export interface MixedServer {
  readonly name: string;
  readonly bin: string;
  /** What a card gives of a folder: its `tools` and its `targets`, as YAML. */
  card(folder: string, at: string): readonly [tools: string, targets: string];
  call(folder: string, at: string, mark: string): Call;
  /** Why a call of somebody else's folder is denied. */
  readonly denied: string;
  /** Exactly what a caller is shown, by name. */
  tools(by: Id): readonly string[];
  /** The marks of the calls that took effect on a folder, with each one's words; undefined: those of this server have none that could be seen. */
  effects?(folder: string, at: string): readonly (readonly [mark: string, words: string])[];
}

/** By what a caller is shown it can be told whose list it is. */
const extras: Readonly<Record<string, string>> = { ann: "get_file_info", art: "list_directory", bea: "directory_tree" };
const withExtra = (tool: string, who: string): readonly string[] => [tool, ...(extras[who] === undefined ? [] : [extras[who]])];
const below = (folder: string, at: string): string => `{ roots: [ { path: ${at}/${folder} } ] }`;
const address = (folder: string): string => `127.0.9.${folders.findIndex((each) => each === folder) + 1}`;

const reader: MixedServer = {
  name: "filesystem-read",
  bin: readerBin,
  card: (folder, at) => [`[${withExtra("read_text_file", folder).join(", ")}]`, below(folder, at)],
  call: (folder, at) => ({ name: "read_text_file", arguments: { path: `${at}/${folder}/a.txt` } }),
  denied: "path.outside_root",
  tools: (by) => withExtra("read_text_file", by),
};

const writer: MixedServer = {
  name: "filesystem-write",
  bin: writerBin,
  card: (folder, at) => ["[write_file]", below(folder, at)],
  call: (folder, at, mark) => ({ name: "write_file", arguments: { path: `${at}/${folder}/${mark}.txt`, content: `of ${folder}\n` } }),
  denied: "path.outside_root",
  tools: () => ["write_file"],
  effects: (folder, at) => readdirSync(`${at}/${folder}`).map((name) => [name.slice(0, -".txt".length), readFileSync(`${at}/${folder}/${name}`, "utf8")]),
};

const fetcher: MixedServer = {
  name: "fetch-read",
  bin: fetchBin,
  // Nobody listens there: that it was tried shows in the code, and in no other caller's record.
  card: (folder) => ['"*"', `{ hosts: [${address(folder)}], robots: ignore, internal: { networks: [${address(folder)}/32], ports: [9] } }`],
  call: (folder) => ({ name: "fetch", arguments: { url: `http://${address(folder)}:9/${folder}` } }),
  denied: "net.address",
  tools: () => ["fetch"],
};

function sender({ port }: Origin, sent: readonly (readonly [path: string, body: string])[]): MixedServer {
  const host = "127.0.0.94";
  return {
    name: "fetch-write",
    bin: senderBin,
    card(folder) {
      const body = "{ type: object, required: [mark, words], properties: { mark: { type: string }, words: { type: string } } }";
      const call = `send_${folder}: { description: Sends a note there., method: POST, url: "http://${host}:${port}/${folder}", body: ${body} }`;
      return ['"*"', `{ internal: { networks: [${host}/32], ports: [${port}] }, calls: { ${call} } }`];
    },
    call: (folder, _at, mark) => ({ name: `send_${folder}`, arguments: { body: { mark, words: `of ${folder}\n` } } }),
    denied: "tool.unknown",
    tools: (by) => reach[by].map((folder) => `send_${folder}`),
    effects: (folder) =>
      sent.flatMap(([path, body]) => {
        const { mark, words } = JSON.parse(body) as { readonly mark: string; readonly words: string };
        return path === `/${folder}` ? [[mark, words] as const] : [];
      }),
  };
}

export interface Mixed extends AsyncDisposable {
  readonly server: MixedServer;
}

const alone = (server: MixedServer) => (): Promise<Mixed> => Promise.resolve({ server, [Symbol.asyncDispose]: () => Promise.resolve() });

/** Each kind of server process there is. */
export const mixedServers: readonly { readonly name: string; open(): Promise<Mixed> }[] = [
  ...[reader, writer, fetcher].map((server) => ({ name: server.name, open: alone(server) })),
  {
    name: "fetch-write",
    async open() {
      const sent: (readonly [string, string])[] = [];
      const origin = await httpOrigin((request, response) => {
        void text(request).then((body) => {
          sent.push([request.url ?? "", body]);
          response.writeHead(200, { "content-type": "text/plain" }).end(`of ${(request.url ?? "").slice(1)}\n`);
        });
      }, "127.0.0.94");
      return { server: sender(origin, sent), [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose]() };
    },
  },
];
