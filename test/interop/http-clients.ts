import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { info, legacy, modern, type HostClient } from "./clients.ts";

/** A client over HTTP, with what it knows of its session. */
export interface HttpHostClient extends HostClient {
  sessionId(): string | undefined;
  endSession(): Promise<void>;
  /** What the library could make nothing of. */
  readonly errors: readonly Error[];
}

export interface HttpHost {
  readonly name: string;
  readonly protocol: string;
  /** Whether it has a session: those of the 2025 era do. */
  readonly sessions: boolean;
  connect(url: string, key: string): Promise<HttpHostClient>;
}

/** The libraries over their own transports, with the key where hosts let their users put it: into a header. */
export const httpHosts: readonly HttpHost[] = [
  {
    name: "a 2025-era client (SDK v1)",
    protocol: "2025-11-25",
    sessions: true,
    async connect(url, key) {
      const client = new LegacyClient(info);
      const transport = new LegacyTransport(new URL(url), { requestInit: withKey(key) });
      const errors: Error[] = [];
      Object.assign(client, { onerror: (error: Error) => void errors.push(error) });
      await client.connect(transport);
      return {
        errors,
        ...legacy(client, transport.protocolVersion),
        sessionId: () => transport.sessionId,
        endSession: () => transport.terminateSession(),
        [Symbol.asyncDispose]: () => client.close(),
      };
    },
  },
  modernHost("a 2025-era client (SDK v2, as it comes)", undefined, "2025-11-25"),
  modernHost("a client that finds out by itself (SDK v2, auto)", "auto", "2026-07-28"),
  modernHost("a 2026-era client (SDK v2)", { pin: "2026-07-28" }, "2026-07-28"),
];

function modernHost(name: string, mode: "auto" | { readonly pin: string } | undefined, protocol: string): HttpHost {
  return {
    name,
    protocol,
    sessions: mode === undefined,
    async connect(url, key) {
      const client = new ModernClient(info, mode === undefined ? {} : { versionNegotiation: { mode } });
      const transport = new ModernTransport(new URL(url), { requestInit: withKey(key) });
      const errors: Error[] = [];
      Object.assign(client, { onerror: (error: Error) => void errors.push(error) });
      await client.connect(transport);
      return {
        errors,
        ...modern(client),
        sessionId: () => transport.sessionId,
        endSession: () => transport.terminateSession(),
        [Symbol.asyncDispose]: () => client.close(),
      };
    },
  };
}

function withKey(key: string): RequestInit {
  return { headers: { authorization: `Bearer ${key}` } };
}
