import type { Principal } from "@postern/policy";
import { canAsk } from "./asking.ts";
import { createClientRoots, type ClientRoots } from "./client-roots.ts";
import type { Guard } from "./guard.ts";

/** Who calls; where nobody that the policy names does, what the records say instead. */
export interface Caller {
  readonly principal: Principal | undefined;
  readonly claimed: string;
  /** What the caller's token is good for; absent where the proof knows no scopes. */
  readonly scopes?: readonly string[];
}

/** What is known of one connection. What the client says of itself is kept for the evidence and decides nothing. */
export interface Session {
  /** The guard in force and who calls under its policy. A reload puts both in place at once. */
  inForce: { readonly guard: Guard; readonly caller: Caller };
  readonly transport: "stdio" | "http";
  /** What an answer waits for before it goes to the client; undefined: it can go. */
  readonly room: () => Promise<void> | undefined;
  /** Set by the 2025-era handshake; requests of the 2026 era say it themselves. */
  client: string | null;
  protocol: string | null;
  /** Pinned once the SDK has chosen the era of the connection. */
  era: "legacy" | "modern" | undefined;
  /** Present from the moment that a client of the 2025 era declares roots; undefined: nothing is narrowed. */
  clientRoots: ClientRoots | undefined;
  /** A client of the 2025 era declared that it can ask its user. */
  asks: boolean;
}

const longest = 128;

/** `name version` of a client's self-description. */
export function clientName(info: unknown): string | null {
  if (typeof info !== "object" || info === null) return null;
  const { name, version } = info as { readonly name?: unknown; readonly version?: unknown };
  if (typeof name !== "string") return null;
  return (typeof version === "string" ? `${name} ${version}` : name).slice(0, longest);
}

/**
 * Takes in what the 2025-era handshake says of its client, before anything else of the connection is looked at: a call
 * that follows in the same bytes is already held to the roots that the client declared.
 */
export function introduce(session: Session, params: Readonly<Record<string, unknown>> | undefined): void {
  session.client ??= clientName(params?.["clientInfo"]);
  const capabilities = params?.["capabilities"] as Readonly<Record<string, unknown>> | null | undefined;
  if (session.era !== "modern" && capabilities?.["roots"] !== undefined) session.clientRoots = createClientRoots();
  if (session.era !== "modern") session.asks = canAsk(capabilities);
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
