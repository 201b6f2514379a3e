import { expect } from "vitest";
import { keyOf } from "./callers.ts";
import type { Issuer } from "./issuer.ts";

/** Who asks over HTTP, and what the record says of it. */
export interface Asker {
  readonly name: string;
  readonly token?: string | ((issuer: Issuer) => Promise<string>);
  readonly header?: readonly [string, string];
  /** `unnamed`: proven, and no principal of the policy. */
  readonly knows: "nobody" | "unnamed" | "somebody" | "the right one";
  readonly principal: string;
  readonly tenant: string;
}

const nobody = { knows: "nobody", principal: "(unauthenticated)", tenant: "default" } as const;
const unnamed = { knows: "unnamed", principal: expect.stringMatching(/^\(stranger of https:/) as string, tenant: "default" } as const;
const right = { knows: "the right one", tenant: "acme" } as const;
const other = { knows: "somebody", principal: "other", tenant: "rival" } as const;

export const askers: readonly Asker[] = [
  { name: "no token", ...nobody },
  { name: "unknown key", token: keyOf("nobody"), ...nobody },
  { name: "another scheme", header: ["Authorization", `Basic ${keyOf("right")}`], ...nobody },
  { name: "key in a cookie", header: ["Cookie", `authorization=Bearer ${keyOf("right")}`], ...nobody },
  { name: "wrong audience", token: (issuer) => issuer.sign({ aud: "https://other.good.test/mcp" }), ...nobody },
  { name: "expired token", token: (issuer) => issuer.sign({ iat: 1, exp: 301 }), ...nobody },
  { name: "token of nobody", token: (issuer) => issuer.sign({ sub: "stranger" }), ...unnamed },
  { name: "other tenant", token: keyOf("other"), ...other },
  { name: "token without card", token: (issuer) => issuer.sign({ sub: "writer" }), knows: "somebody", principal: "writer", tenant: "acme" },
  { name: "without card", token: keyOf("without"), knows: "somebody", principal: "without", tenant: "acme" },
  { name: "right", token: keyOf("right"), ...right, principal: "right" },
  { name: "right token", token: (issuer) => issuer.sign(), ...right, principal: "reader" },
];
