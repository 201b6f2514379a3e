import { LineProcess, RawClient, startServer, type RunningServer, type StartOptions } from "@postern/testing";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The binary that users start. */
export const readerBin = fileURLToPath(new URL("../servers/filesystem-read/bin/postern-filesystem-read.js", import.meta.url));

/** `filesystem-read` over one or more roots, or with whatever arguments a test needs. */
export function startReader(args: readonly string[], options: Omit<StartOptions, "bin" | "args"> = {}): Promise<RunningServer> {
  return startServer({ bin: readerBin, args, ...options });
}

export const writerBin = fileURLToPath(new URL("../servers/filesystem-write/bin/postern-filesystem-write.js", import.meta.url));

/** `filesystem-write`, in the same way. */
export function startWriter(args: readonly string[], options: Omit<StartOptions, "bin" | "args"> = {}): Promise<RunningServer> {
  return startServer({ bin: writerBin, args, ...options });
}

/** `filesystem-write` under one card of a policy file, whose `targets` are given as YAML; the file lies beside the root, in `folder`. */
export function startWriterBy(
  folder: string,
  targets: string,
  options: Omit<StartOptions, "bin" | "args"> & { readonly card?: string; readonly args?: readonly string[] } = {},
) {
  const policy = join(folder, "postern.yaml");
  const card = `{ id: writer, server: filesystem-write, principals: [me], tools: "*", targets: ${targets}${options.card === undefined ? "" : `, ${options.card}`} }`;
  writeFileSync(policy, `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes:\n  - ${card}\n`, { mode: 0o600 });
  return startWriter(["--policy", policy, ...(options.args ?? [])], options);
}

export const fetchBin = fileURLToPath(new URL("../servers/fetch-read/bin/postern-fetch-read.js", import.meta.url));

/** `fetch-read` under one card, whose `targets` are given as YAML; the policy lies in `folder`. */
export function startFetcherBy(folder: string, targets: string, options: Omit<StartOptions, "bin" | "args"> = {}): Promise<RunningServer> {
  const policy = join(folder, "postern.yaml");
  const card = `{ id: web, server: fetch-read, principals: [me], tools: "*", targets: ${targets} }`;
  writeFileSync(policy, `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes:\n  - ${card}\n`, { mode: 0o600 });
  return startServer({ bin: fetchBin, args: ["--policy", policy], ...options });
}

export const senderBin = fileURLToPath(new URL("../servers/fetch-write/bin/postern-fetch-write.js", import.meta.url));

/** `fetch-write` under a policy file of these cards, for the callers `me` and `you`; `more` is what else the file says. */
export function startSenderBy(
  folder: string,
  cards: readonly string[],
  options: Omit<StartOptions, "bin" | "args"> & { readonly more?: string; readonly args?: readonly string[] } = {},
): Promise<RunningServer> {
  const policy = join(folder, "postern.yaml");
  const head = `version: 1\nprincipals: [{ id: me, stdio: true }, { id: you, stdio: true }]\n${options.more ?? ""}\n`;
  writeFileSync(policy, `${head}routes:\n${cards.map((card) => `  - ${card}\n`).join("")}`, { mode: 0o600 });
  return startServer({ ...options, bin: senderBin, args: ["--policy", policy, "--principal", "me", ...(options.args ?? [])] });
}

/** The official filesystem servers: `2026` is what people get by default, `2.0` the later rewrite. */
export type Peer = "2026" | "2.0";
export const peers: readonly Peer[] = ["2026", "2.0"];

export interface RunningPeer extends AsyncDisposable {
  readonly process: LineProcess;
  /** All that a call's answer shows, as JSON; undefined when it is an error. */
  call(tool: string, input: Readonly<Record<string, unknown>>): Promise<string | undefined>;
}

/** The same calls to an official server, for tests that need to show what happens without our guard. */
export async function startPeer(peer: Peer, root: string): Promise<RunningPeer> {
  const script = fileURLToPath(new URL(`node_modules/server-filesystem-${peer}/dist/index.js`, import.meta.url));
  const child = new LineProcess({ script, args: [root], env: { PATH: process.env["PATH"] ?? "" } });
  const client = new RawClient(child);
  await client.initialize();
  return {
    process: child,
    async call(name, input) {
      const { result } = await client.request("tools/call", { name, arguments: input });
      const given = result as { readonly isError?: boolean; readonly content?: unknown } | undefined;
      return given === undefined || given.isError === true ? undefined : JSON.stringify(given.content);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

export const repoReaderBin = fileURLToPath(new URL("../servers/repo-read/bin/postern-repo-read.js", import.meta.url));

/** `repo-read` under one card, whose `targets` are given as YAML; `more` is what else the file says, `lane` the card's credential. */
export function startRepoReaderBy(
  folder: string,
  targets: string,
  options: Omit<StartOptions, "bin" | "args"> & { readonly more?: string; readonly lane?: string } = {},
): Promise<RunningServer> {
  const policy = join(folder, "postern.yaml");
  const { more = "", lane, ...rest } = options;
  const credential = lane === undefined ? "" : `, credential: ${lane}`;
  const card = `{ id: repos, server: repo-read, principals: [me], tools: "*", targets: ${targets}${credential} }`;
  writeFileSync(policy, `version: 1\nprincipals: [{ id: me, stdio: true }]\n${more}\nroutes:\n  - ${card}\n`, { mode: 0o600 });
  return startServer({ bin: repoReaderBin, args: ["--policy", policy], ...rest });
}

export const repoWriterBin = fileURLToPath(new URL("../servers/repo-write/bin/postern-repo-write.js", import.meta.url));

/** `repo-write` under one card, whose `targets` are given as YAML; `more` is what else the file says, `card` what else the card does. */
export function startRepoWriterBy(
  folder: string,
  targets: string,
  options: Omit<StartOptions, "bin" | "args"> & { readonly more?: string; readonly card?: string } = {},
): Promise<RunningServer> {
  const policy = join(folder, "postern.yaml");
  const { more = "", card = "", ...rest } = options;
  const written = `{ id: repos, server: repo-write, principals: [me], tools: "*", targets: ${targets}${card} }`;
  writeFileSync(policy, `version: 1\nprincipals: [{ id: me, stdio: true }]\n${more}\nroutes:\n  - ${written}\n`, { mode: 0o600 });
  return startServer({ bin: repoWriterBin, args: ["--policy", policy], ...rest });
}
