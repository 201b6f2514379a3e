import type { Principal } from "@postern/policy";
import type { Guard } from "./guard.ts";

/** Who calls; where nobody that the policy names does, what the records say instead. */
export interface Caller {
  readonly principal: Principal | undefined;
  readonly claimed: string;
}

/** What is known of one connection. What the client says of itself is kept for the evidence and decides nothing. */
export interface Session {
  /** The guard in force and who calls under its policy. A reload puts both in place at once. */
  inForce: { readonly guard: Guard; readonly caller: Caller };
  readonly transport: "stdio" | "http";
  /** Set by the 2025-era handshake; requests of the 2026 era say it themselves. */
  client: string | null;
  protocol: string | null;
  /** Pinned once the SDK has chosen the era of the connection. */
  era: "legacy" | "modern" | undefined;
  /** Roots that the client announced, as far as it is asked for them. */
  clientRoots: (() => Promise<readonly string[] | undefined> | readonly string[] | undefined) | undefined;
}

const longest = 128;

/** `name version` of a client's self-description. */
export function clientName(info: unknown): string | null {
  if (typeof info !== "object" || info === null) return null;
  const { name, version } = info as { readonly name?: unknown; readonly version?: unknown };
  if (typeof name !== "string") return null;
  return (typeof version === "string" ? `${name} ${version}` : name).slice(0, longest);
}

/** What a request of the 2026 era says of its protocol and client in its own envelope; null where it says nothing. */
export function envelopeOf(params: Readonly<Record<string, unknown>> | undefined): { readonly protocol: string | null; readonly client: string | null } {
  const meta = params?.["_meta"] as Readonly<Record<string, unknown>> | undefined;
  const protocol = meta?.["io.modelcontextprotocol/protocolVersion"];
  return {
    protocol: typeof protocol === "string" ? protocol.slice(0, longest) : null,
    client: clientName(meta?.["io.modelcontextprotocol/clientInfo"]),
  };
}

export function whoOf({ principal, claimed }: Caller): { readonly principal: string; readonly tenant: string } {
  return { principal: principal?.id ?? claimed, tenant: principal?.tenant ?? "default" };
}
