import { parsePolicy, type Policy } from "@postern/policy";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IssuerKeys } from "../../packages/runtime/src/http/tokens/issuer-keys.ts";
import { createTokenVerifier } from "../../packages/runtime/src/http/tokens/verify-token.ts";

const issuer = "https://login.example";
const resource = "https://mcp.example/mcp";
const { privateKey, publicKey } = await generateKeyPair("ES256");
const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" };

const known = new IssuerKeys({ fetch: () => Promise.resolve({ outcome: "keys", keys: [jwk] }), tell: () => undefined, now: Date.now });
const verifier = createTokenVerifier({ of: () => known });

function policyWith(tokenType: "at+jwt" | "jwt"): Policy {
  const http = `http: { resource: "${resource}", issuers: [ { issuer: "${issuer}", algorithms: [ES256], tokenType: ${tokenType} } ] }`;
  return parsePolicy(`version: 1\n${http}\n`, "policy.yaml", []);
}
const [strict, lax] = [policyWith("at+jwt"), policyWith("jwt")];

const holds = async (token: string, policy: Policy): Promise<boolean> => "proof" in (await verifier.verify(token, policy));
const sign = (header: object, claims: object): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: "ES256", kid: "k", ...header }).sign(privateKey);

const now = Math.floor(Date.now() / 1000);
const before = now - 1_000;
const after = now + 1_000;
const usual = { iss: issuer, aud: resource, sub: "reader", exp: after, scope: "a" };

describe("a token holds where all of it does, and nowhere else", () => {
  const time = fc.constantFrom<unknown>(undefined, before, after, "2999-01-01", null, true);
  const claims = fc.record({
    iss: fc.oneof(
      { weight: 5, arbitrary: fc.constant<unknown>(issuer) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, [issuer], `${issuer}/`, "https://login.example.evil.example", null, 1) },
    ),
    aud: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<unknown>(resource, [resource], ["x", resource]) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, [], ["x"], `${resource}/`, `${resource} x`, [[resource]], { 0: resource }, 1) },
    ),
    exp: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>(after) }, { weight: 1, arbitrary: time }),
    nbf: fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(undefined, before) }, { weight: 1, arbitrary: time }),
    iat: fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(undefined, before) }, { weight: 1, arbitrary: time }),
    sub: fc.constantFrom<unknown>("reader", "reader", "reader", undefined, "", 1, ["reader"]),
    cnf: fc.constantFrom<unknown>(undefined, undefined, undefined, undefined, {}, { jkt: "x" }, null),
    nonce: fc.constantFrom<unknown>(undefined, undefined, undefined, "n"),
    scope: fc.constantFrom<unknown>("a", "a", undefined),
  });
  const typ = fc.constantFrom<unknown>("at+jwt", "at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt", undefined, "id+jwt", "at", "", 1);

  /** What ought to be, written down once more and plainly. */
  function ought(header: { readonly typ: unknown }, said: Readonly<Record<string, unknown>>, policy: Policy): boolean {
    const isTime = (value: unknown): value is number => typeof value === "number";
    const access = typeof header.typ === "string" && ["at+jwt", "application/at+jwt"].includes(header.typ.toLowerCase());
    const unsaid = header.typ === undefined || (typeof header.typ === "string" && header.typ.toLowerCase() === "jwt");
    return (
      (access || (policy === lax && unsaid && said["nonce"] === undefined && said["scope"] !== undefined)) &&
      said["iss"] === issuer &&
      (said["aud"] === resource || (Array.isArray(said["aud"]) && said["aud"].includes(resource))) &&
      isTime(said["exp"]) &&
      said["exp"] > now &&
      (said["nbf"] === undefined || (isTime(said["nbf"]) && said["nbf"] < now)) &&
      (said["iat"] === undefined || (isTime(said["iat"]) && said["iat"] < now)) &&
      (said["sub"] === undefined || (typeof said["sub"] === "string" && said["sub"] !== "")) &&
      said["cnf"] === undefined
    );
  }

  test.each([
    ["at+jwt", strict],
    ["jwt", lax],
  ] as const)("where access tokens say %s (P4)", async (_name, policy) => {
    let held = 0;
    await fc.assert(
      fc.asyncProperty(typ, claims, async (type, said) => {
        const expected = ought({ typ: type }, said, policy);
        if (expected) held += 1;
        const token = await sign(type === undefined ? {} : { typ: type }, Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)));
        expect(await holds(token, policy)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(held).toBeGreaterThan(50);
  });
});

test("no change of a token that changes what it says is let pass, wherever it is made (P4)", async () => {
  const token = await sign({ typ: "at+jwt" }, usual);
  expect(await holds(token, strict)).toBe(true);
  const decoded = (text: string): readonly string[] => text.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: token.length - 1 }),
      fc.constantFrom("put", "drop", "cut", "twice"),
      fc.constantFrom(...alphabet.split("")),
      async (at, how, letter) => {
        const [head, tail] = [token.slice(0, at), token.slice(at + 1)];
        const changed = { put: `${head}${letter}${tail}`, drop: `${head}${tail}`, cut: head, twice: `${head}${letter}${token.slice(at)}` }[how];
        const same = JSON.stringify(decoded(changed)) === JSON.stringify(decoded(token));
        if (!same) expect(await holds(changed, strict)).toBe(false);
      },
    ),
    { numRuns: 3_000 },
  );
});
