import type { CardLane, Committed, Refused, Resolved, ScopeContext } from "@postern/policy";
import { expect } from "vitest";
import { type CallKind, callKind, type CallScope, type RawCall, type SendAuthority } from "../../src/write/index.ts";
import type { HeldCall } from "../../src/write/send-call.ts";
import { authority } from "../origin.ts";
import { patient } from "../reaching.ts";

export const limits = { connectMs: 1_000, headersMs: 1_000, answerBytes: 1_000 };
export const committed = { call: "019a0000-0000-7000-8000-000000000000", log: "postern/0", index: 7 } as unknown as Committed;

/** One declared call under one card, without a server around it. */
export interface Declared {
  readonly kind: CallKind;
  readonly scope: CallScope;
  resolve(raw?: RawCall): Promise<Resolved<HeldCall> | Refused>;
  authority(raw?: RawCall): Promise<SendAuthority>;
}

export function declare(targets: Readonly<Record<string, unknown>>, context: Partial<ScopeContext> = {}): Declared {
  const kind = callKind("it", { servers: ["127.0.0.1:9"], timeoutMs: 100, ca: [authority] }, limits);
  const scope = kind.scope(targets, { route: "card", home: "/home/me", base: "/", own: [], peers: [], ...context });
  const resolve: Declared["resolve"] = async (raw = {}) => {
    const asked = { argument: "request", access: "write", operation: "POST", beside: [scope], signal: patient } as const;
    return await kind.resolve(raw, scope, asked);
  };
  return {
    kind,
    scope,
    resolve,
    async authority(raw) {
      const resolved = await resolve(raw);
      return resolved.decision === "allow" ? kind.mint(resolved, committed) : expect.unreachable(resolved.message);
    },
  };
}

/** A call to an origin on loopback, which the card names with network and port. */
export function toLoopback(port: number, call: Readonly<Record<string, unknown>> = {}, host = "127.0.0.1"): Readonly<Record<string, unknown>> {
  const it = { description: "What it does.", method: "POST", url: `http://${host}:${port}/in`, ...call };
  return { internal: { networks: ["127.0.0.0/8"], ports: [port] }, calls: { it } };
}

export function policyNetwork(resolver: string): Pick<ScopeContext, "network"> {
  return { network: { resolvers: [resolver], serviceNetworks: [], nat64Prefixes: [], aliases: false, ca: [authority] } };
}

export function laneOf(more: Partial<CardLane> = {}): CardLane {
  return {
    name: "token",
    reaches: () => true,
    headersFor: (host) => Promise.resolve({ authorization: `Bearer for-${host}` }),
    sign: (message) => Promise.resolve(Buffer.from(`signed ${message}`).toString("base64")),
    ...more,
  };
}
