import { Client, type ClientCapabilities } from "@modelcontextprotocol/client";
import { readCalls, type CallFilter, type CallView } from "@postern/evidence";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { answerOf, answerOfError, type Answer } from "./answer.ts";
import { cacheHome } from "./cache-home.ts";
import { callWith, type CallOptions } from "./call-with.ts";
import { LineProcess } from "./line-process.ts";
import { LineTransport } from "./line-transport.ts";
import { RawClient } from "./raw-client.ts";

/** `2025`: handshake by `initialize`. `2026`: revision 2026-07-28. `raw`: no handshake, the first line is the first call. */
export type Era = "2025" | "2026" | "raw";
export const eras: readonly Era[] = ["2025", "2026", "raw"];

export interface StartOptions {
  /** The server's `bin/*.js`. */
  readonly bin: string;
  readonly args?: readonly string[];
  /** On top of a small environment of its own: PATH, and a home and state directory that are removed with the server. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly era?: Era;
  /** Client roots, announced by the client library (not `raw`). */
  readonly clientRoots?: readonly string[];
  /** What else the client library declares (not `raw`). */
  readonly capabilities?: ClientCapabilities;
  /** Takes part in how the client is made, before it connects: for handlers of what a server asks (not `raw`). */
  readonly prepare?: (client: Client) => void;
}

export interface RunningServer extends AsyncDisposable {
  readonly era: Era;
  readonly process: LineProcess;
  /** Writes lines of one's own on the same connection, beside the client library. */
  readonly raw: RawClient;
  /** The evidence file of this server. */
  readonly evidence: string;
  /** Names of the listed tools, in the order listed. */
  list(): Promise<readonly string[]>;
  /** One `tools/call`. Resolves for denials, failures and JSON-RPC errors alike; rejects on a time-out, an abort or a dead server. */
  call(tool: string, input?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<Answer>;
  /** The records, read from the database file. */
  calls(filter?: CallFilter): readonly CallView[];
  close(): Promise<void>;
}

/** Starts a server's real binary as its users do, and connects to it. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const era = options.era ?? "2025";
  const home = realpathSync(mkdtempSync(join(tmpdir(), "postern-home-")));
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_STATE_HOME: join(home, "state"),
    POSTERN_EVIDENCE: join(home, "evidence.db"),
    ...cacheHome(),
    ...options.env,
  };
  const child = new LineProcess({
    script: options.bin,
    env,
    ...(options.args && { args: options.args }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const raw = new RawClient(child);
  const close = async (): Promise<void> => {
    await child.end();
    rmSync(home, { recursive: true, force: true });
  };
  const evidence = argument(options.args, "--evidence") ?? env.POSTERN_EVIDENCE;
  try {
    const client = era === "raw" ? undefined : await connect(child, era, options);
    return {
      era,
      process: child,
      raw,
      evidence,
      list: async () => (client === undefined ? listRaw(raw) : (await client.listTools()).tools.map((tool) => tool.name)),
      call: (tool, input = {}, how = {}) => (client === undefined ? callRaw(raw, tool, input, how) : callWith(client, tool, input, how)),
      calls: (filter = {}) => readCalls(evidence, filter),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    const said = child.stderr;
    await close();
    throw new Error(`the server did not start; stderr: ${said}`, { cause: error });
  }
}

async function connect(child: LineProcess, era: Era, { clientRoots: roots, capabilities: more, prepare }: StartOptions): Promise<Client> {
  const capabilities: ClientCapabilities = { ...(roots !== undefined && { roots: { listChanged: true } }), ...more };
  const mode = era === "2026" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: `postern-testing-${era}`, version: "0" }, { capabilities, versionNegotiation: { mode } });
  if (roots !== undefined) client.setRequestHandler("roots/list", () => ({ roots: roots.map((root) => ({ uri: pathToFileURL(root).href })) }));
  prepare?.(client);
  await client.connect(new LineTransport(child));
  return client;
}

async function callRaw(raw: RawClient, name: string, input: Readonly<Record<string, unknown>>, how: CallOptions): Promise<Answer> {
  const answer = await raw.request("tools/call", { name, arguments: input }, how.timeoutMs === undefined ? {} : { timeoutMs: how.timeoutMs });
  return answer.error === undefined ? answerOf(answer.result) : answerOfError(answer.error);
}

async function listRaw(raw: RawClient): Promise<readonly string[]> {
  const { result } = await raw.request("tools/list");
  return (result as { readonly tools: readonly { readonly name: string }[] }).tools.map((tool) => tool.name);
}

function argument(args: readonly string[] | undefined, name: string): string | undefined {
  const at = args?.indexOf(name) ?? -1;
  return at < 0 ? undefined : args?.[at + 1];
}
