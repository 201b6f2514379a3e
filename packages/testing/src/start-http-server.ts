import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from "@modelcontextprotocol/client";
import { readCalls, type CallFilter, type CallView } from "@postern/evidence";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "./answer.ts";
import { cacheHome } from "./cache-home.ts";
import { callWith, type CallOptions } from "./call-with.ts";
import { LineProcess } from "./line-process.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "./send-raw.ts";

export interface HttpStartOptions {
  /** The server's `bin/*.js`. */
  readonly bin: string;
  /** The policy file. */
  readonly policy: string;
  /** HOST:PORT; by default a free port of 127.0.0.1. */
  readonly http?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Evidence of an earlier start, which then outlives this server. */
  readonly evidence?: string;
}

export interface HttpClientOptions {
  /** API key or access token. */
  readonly token: string;
  readonly era: "2025" | "2026";
  readonly capabilities?: ClientCapabilities;
  /** Takes part in how the client is made, before it connects: for handlers of what a server asks. */
  readonly prepare?: (client: Client) => void;
}

/** One client of a server that serves HTTP. */
export interface HttpClient {
  readonly client: Client;
  list(): Promise<readonly string[]>;
  call(tool: string, input?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface HttpServer extends AsyncDisposable {
  readonly process: LineProcess;
  readonly port: number;
  readonly url: string;
  readonly evidence: string;
  connect(options: HttpClientOptions): Promise<HttpClient>;
  /** One request as it is written, by hand. */
  send(request: Omit<RawRequest, "port">): Promise<RawAnswer>;
  calls(filter?: CallFilter): readonly CallView[];
  close(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server's real binary with `--http`, as operators do. Rejects with what it said where it does not come to serve. */
export async function startHttpServer({ bin, policy, http = "127.0.0.1:0", args = [], env = {}, evidence: kept }: HttpStartOptions): Promise<HttpServer> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "postern-home-")));
  const evidence = kept ?? join(home, "evidence.db");
  const child = new LineProcess({
    script: bin,
    args: ["--policy", policy, "--evidence", evidence, "--http", http, ...args],
    env: { PATH: process.env["PATH"] ?? "", HOME: home, XDG_STATE_HOME: join(home, "state"), ...cacheHome(), ...env },
  });
  const close = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill(), 20_000);
    await child.exited;
    clearTimeout(timer);
    rmSync(home, { recursive: true, force: true });
  };
  const url = await served(child);
  if (url === undefined) {
    const said = child.stderr;
    await close();
    throw new Error(`the server does not serve: ${said}`);
  }
  const port = Number(new URL(url).port);
  return {
    process: child,
    port,
    url,
    evidence,
    connect: (options) => connect(url, options),
    send: (request) => sendRaw({ port, ...request }),
    calls: (filter = {}) => readCalls(evidence, filter),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** The address that it says; undefined: it ended first. */
async function served(child: LineProcess): Promise<string | undefined> {
  const said = (): string | undefined => /serving (http\S+)/.exec(child.stderr)?.[1];
  while (said() === undefined && child.running) await new Promise((resolve) => setTimeout(resolve, 5));
  return said();
}

async function connect(url: string, { token, era, capabilities = {}, prepare }: HttpClientOptions): Promise<HttpClient> {
  const mode = era === "2026" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: `postern-testing-${era}`, version: "0" }, { capabilities, versionNegotiation: { mode } });
  prepare?.(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider: { token: () => Promise.resolve(token) } }));
  return {
    client,
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (tool, input = {}, how = {}) => callWith(client, tool, input, how),
    close: () => client.close(),
  };
}
