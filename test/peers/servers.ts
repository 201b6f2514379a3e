import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchBin } from "../subjects.ts";

/** One server under comparison. */
export interface PeerServer {
  readonly name: string;
  readonly version: string;
  /** The tool that fetches a URL as text, by `url` alone. */
  readonly tool: string;
}

/** Servers of the public registry that fetch URLs. */
export const peerServers: readonly PeerServer[] = [
  { name: "mcp-fetch-server", version: "1.1.2", tool: "fetch_txt" },
  { name: "@kazuph/mcp-fetch", version: "1.6.3", tool: "imageFetch" },
  { name: "fetch-mcp", version: "0.0.5", tool: "fetch_url" },
  { name: "mcp-server-fetch-typescript", version: "0.1.1", tool: "get_raw_text" },
  { name: "@tokenizin/mcp-npx-fetch", version: "1.0.0", tool: "fetch_txt" },
  { name: "mcp-fetch", version: "0.1.6", tool: "fetch" },
];

export const ours = { name: "@postern/fetch-read", script: fetchBin, tool: "fetch" } as const;

/** Installs a server into a folder of its own, as `npx` would but without scripts, and tells its script. */
export function install({ name, version }: PeerServer, place: string): string {
  const folder = join(place, name.replaceAll(/[^a-z0-9]+/g, "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const done = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", `${name}@${version}`], {
    cwd: folder,
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`${name}@${version} cannot be installed: ${done.stderr}`);
  const root = join(folder, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly bin: string | Readonly<Record<string, string>> };
  const path = typeof bin === "string" ? bin : Object.values(bin)[0];
  if (path === undefined) throw new Error(`${name} has no program`);
  return join(root, path);
}
