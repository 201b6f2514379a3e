import { tree, type Tree } from "@postern/testing";
import { setTimeout as sleep } from "node:timers/promises";
import { startAttacker } from "./attacker.ts";

export const canary = "OUTSIDE-CANARY-7c40";

/** `swap` is sometimes what lies inside and sometimes a symbolic link that leads out. */
export type Exchange = "folder and link" | "file and link" | "binary and link";

const fields: Readonly<Record<Exchange, string>> = { "folder and link": "folder", "file and link": "file", "binary and link": "binary" };

export interface Attack {
  readonly tool: string;
  readonly exchange: Exchange;
  readonly input: (root: string) => Readonly<Record<string, unknown>>;
  /** The answer's text shows something that only lies outside. */
  readonly escaped: (text: string) => boolean;
}

const showsCanary = (text: string): boolean => text.includes(canary);
const showsOutsideName = (text: string): boolean => text.includes("only-outside");
/** Inside it has 6 bytes; nothing else here has this size. */
const showsOutsideSize = (text: string): boolean => /\b40960\b|\b40(\.00)? K/.test(text);

/** Every reading tool under both exchanges, where it can be pointed at them. */
export const attacks: readonly Attack[] = [
  { tool: "read_file", exchange: "folder and link", input: (root) => ({ path: `${root}/swap/same.txt` }), escaped: showsCanary },
  { tool: "read_text_file", exchange: "folder and link", input: (root) => ({ path: `${root}/swap/same.txt` }), escaped: showsCanary },
  { tool: "read_media_file", exchange: "folder and link", input: (root) => ({ path: `${root}/swap/same.bin` }), escaped: showsMedia },
  {
    tool: "read_multiple_files",
    exchange: "folder and link",
    input: (root) => ({ paths: [`${root}/swap/same.txt`, `${root}/swap/same.txt`] }),
    escaped: showsCanary,
  },
  { tool: "list_directory", exchange: "folder and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsOutsideName },
  { tool: "list_directory_with_sizes", exchange: "folder and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsOutsideName },
  { tool: "directory_tree", exchange: "folder and link", input: (root) => ({ path: root }), escaped: showsOutsideName },
  { tool: "search_files", exchange: "folder and link", input: (root) => ({ path: root, pattern: "**/only-*" }), escaped: showsOutsideName },
  { tool: "search_file_contents", exchange: "folder and link", input: (root) => ({ path: root, pattern: "CANARY" }), escaped: showsCanary },
  { tool: "get_file_info", exchange: "folder and link", input: (root) => ({ path: `${root}/swap/same.txt` }), escaped: showsOutsideSize },
  { tool: "read_file", exchange: "file and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsCanary },
  { tool: "read_text_file", exchange: "file and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsCanary },
  { tool: "read_media_file", exchange: "binary and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsMedia },
  { tool: "read_multiple_files", exchange: "file and link", input: (root) => ({ paths: [`${root}/swap`, `${root}/swap`] }), escaped: showsCanary },
  { tool: "list_directory_with_sizes", exchange: "file and link", input: (root) => ({ path: root }), escaped: showsOutsideSize },
  { tool: "search_file_contents", exchange: "file and link", input: (root) => ({ path: root, pattern: "CANARY" }), escaped: showsCanary },
  { tool: "get_file_info", exchange: "file and link", input: (root) => ({ path: `${root}/swap` }), escaped: showsOutsideSize },
];

function showsMedia(text: string): boolean {
  return text.includes(Buffer.from(canary).toString("base64").slice(0, 20));
}

export interface Toll {
  readonly calls: number;
  readonly answered: number;
  readonly escapes: number;
  readonly attacker: string;
}

/** Whatever is attacked. */
export interface Victim extends AsyncDisposable {
  /** Everything that the answer shows, or undefined when the call was refused or failed. */
  call(attack: Attack, root: string): Promise<string | undefined>;
}

export function battlefield(): Tree {
  const outside = `${canary}\n`.padEnd(40_960, ".");
  return tree({
    "folder/root/swap/same.txt": "inside",
    "folder/root/swap/same.bin": "inside\0",
    "folder/root/link => ../outside": true,
    "folder/outside/same.txt": outside,
    "folder/outside/same.bin": `${outside}\0`,
    "folder/outside/only-outside.txt": outside,
    "file/root/swap": "inside",
    "file/root/link => ../outside.txt": true,
    "file/outside.txt": outside,
    "binary/root/swap": "inside\0",
    "binary/root/link => ../outside.bin": true,
    "binary/outside.bin": `${outside}\0`,
  });
}

/** Fewer calls under attack than these show nothing; a loaded machine gets the time that it needs for them. */
const fewest = 24;
const patience = 45_000;

/** Attacks one victim for `milliseconds` with eight calls in flight, and counts what came out. */
export async function wage(attack: Attack, start: (root: string) => Promise<Victim>, milliseconds: number): Promise<Toll> {
  using field = battlefield();
  const root = field.at(fields[attack.exchange], "root");
  await using victim = await start(root);
  await using attacker = await startAttacker(`${root}/swap`, `${root}/link`);
  let calls = 0;
  let answered = 0;
  let escapes = 0;
  await sleep(20);
  const begun = performance.now();
  const goesOn = (): boolean => {
    const passed = performance.now() - begun;
    return passed < milliseconds || ((calls < fewest || answered === 0) && passed < patience);
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (goesOn()) {
        const text = await victim.call(attack, root);
        calls += 1;
        if (text !== undefined) answered += 1;
        if (text !== undefined && attack.escaped(text)) escapes += 1;
      }
    }),
  );
  return { calls, answered, escapes, attacker: attacker.kind };
}
