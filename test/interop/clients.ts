import { Client as ModernClient, ProtocolError } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { answerOf, answerOfError, LineProcess, RawClient, type Answer } from "@postern/testing";

export interface CallControl {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number) => void;
}

/** What every host does with a server, in the words of one client library. */
export interface HostClient extends AsyncDisposable {
  /** Revision that the two sides settled on, as the client knows it. */
  readonly protocol: string | undefined;
  tools(): Promise<readonly { readonly name: string; readonly inputSchema: unknown; readonly annotations?: unknown }[]>;
  call(name: string, input: Readonly<Record<string, unknown>>, control?: CallControl): Promise<Answer>;
}

export interface Host {
  readonly name: string;
  readonly protocol: string | undefined;
  connect(bin: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<HostClient>;
}

export const info = { name: "interop", version: "1.0.0" };

/** The libraries themselves, over their own transports: nothing of ours between them and the binary. */
export const hosts: readonly Host[] = [
  {
    name: "a 2025-era client (SDK v1)",
    protocol: "2025-11-25",
    async connect(bin, args, env) {
      const client = new LegacyClient(info);
      const transport: Transport = new LegacyTransport({ command: process.execPath, args: [bin, ...args], env: { ...env }, stderr: "ignore" });
      let protocol: string | undefined;
      transport.setProtocolVersion = (version) => void (protocol = version);
      await client.connect(transport);
      return legacy(client, protocol);
    },
  },
  {
    name: "a 2026-era client (SDK v2)",
    protocol: "2026-07-28",
    async connect(bin, args, env) {
      const client = new ModernClient(info, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
      await client.connect(new ModernTransport({ command: process.execPath, args: [bin, ...args], env: { ...env }, stderr: "ignore" }));
      return modern(client);
    },
  },
  {
    name: "a client that finds out by itself (SDK v2, auto)",
    protocol: "2026-07-28",
    async connect(bin, args, env) {
      const client = new ModernClient(info, { versionNegotiation: { mode: "auto" } });
      await client.connect(new ModernTransport({ command: process.execPath, args: [bin, ...args], env: { ...env }, stderr: "ignore" }));
      return modern(client);
    },
  },
  {
    name: "plain lines without a handshake",
    protocol: undefined,
    async connect(bin, args, env) {
      const child = new LineProcess({ script: bin, args, env });
      return plain(new RawClient(child));
    },
  },
];

/** The v1 library's client, connected. */
export function legacy(client: LegacyClient, protocol: string | undefined): HostClient {
  return {
    protocol,
    tools: async () => (await client.listTools()).tools,
    async call(name, input, { signal, onProgress } = {}) {
      const options = { ...(signal && { signal }), ...(onProgress && { onprogress: ({ progress }: { progress: number }) => onProgress(progress) }) };
      return answered(McpError, () => client.callTool({ name, arguments: { ...input } }, undefined, options));
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The v2 library's client, connected. */
export function modern(client: ModernClient): HostClient {
  return {
    protocol: client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools,
    async call(name, input, { signal, onProgress } = {}) {
      const options = { ...(signal && { signal }), ...(onProgress && { onprogress: ({ progress }: { progress: number }) => onProgress(progress) }) };
      return answered(ProtocolError, () => client.callTool({ name, arguments: { ...input } }, options));
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function plain(client: RawClient): HostClient {
  let calls = 0;
  return {
    protocol: undefined,
    async tools() {
      const { result } = await client.request("tools/list");
      return (result as { readonly tools: Awaited<ReturnType<HostClient["tools"]>> }).tools;
    },
    async call(name, input, { signal, onProgress } = {}) {
      const id = `plain-${++calls}`;
      const stop = client.onMessage((message) => {
        const params = message.params as { readonly progressToken?: unknown; readonly progress?: number } | undefined;
        if (message.method === "notifications/progress" && params?.progressToken === id) onProgress?.(params.progress ?? Number.NaN);
      });
      const cancelled = Promise.withResolvers<never>();
      signal?.addEventListener("abort", () => {
        client.notify("notifications/cancelled", { requestId: id });
        cancelled.reject(new Error("cancelled"));
      });
      const params = { name, arguments: input, ...(onProgress && { _meta: { progressToken: id } }) };
      const sent = client.request("tools/call", params, { id });
      sent.catch(() => {});
      try {
        const { result, error } = await Promise.race([sent, cancelled.promise]);
        return error === undefined ? answerOf(result) : answerOfError(error);
      } finally {
        stop();
      }
    },
    async [Symbol.asyncDispose]() {
      await client.process.end();
    },
  };
}

interface RpcError extends Error {
  readonly code: number;
  readonly data?: unknown;
}

async function answered(Rpc: abstract new (...args: never[]) => RpcError, call: () => Promise<unknown>): Promise<Answer> {
  try {
    return answerOf(await call());
  } catch (error) {
    if (error instanceof Rpc && error.code <= -32600) return answerOfError({ code: error.code, message: error.message, data: error.data });
    throw error;
  }
}
