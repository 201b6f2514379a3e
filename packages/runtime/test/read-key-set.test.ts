import { exportJWK, generateKeyPair } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { readKeySet } from "../src/http/tokens/read-key-set.ts";

let rsa: Record<string, unknown>;
let privateRsa: Record<string, unknown>;
beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  rsa = { ...(await exportJWK(pair.publicKey)) };
  privateRsa = { ...(await exportJWK(pair.privateKey)) };
});

describe("a key set keeps", () => {
  test("public keys, and of them nothing but what a signature is checked with (P4)", () => {
    const more = { x5c: ["MII"], x5u: "https://evil.example/", jku: "https://evil.example/", oth: [] };
    expect(readKeySet({ keys: [{ ...rsa, kid: "a", alg: "RS256", use: "sig", ...more }] })).toEqual([{ ...rsa, kid: "a", alg: "RS256", use: "sig" }]);
  });

  const useless: readonly (readonly [string, () => unknown])[] = [
    ["a shared secret", () => ({ kty: "oct", k: "c2VjcmV0" })],
    ["a private key", () => privateRsa],
    ["a key of 1024 bits", () => ({ ...rsa, n: String(rsa["n"]).slice(0, 171) })],
    ["a key whose exponent is one: everybody signs with it", () => ({ ...rsa, e: "AQ" })],
    ["the same with zeros before it", () => ({ ...rsa, e: "AAAB" })],
    ["a key of an even exponent", () => ({ ...rsa, e: "AQAA" })],
    ["a key without an exponent", () => ({ ...rsa, e: "" })],
    ["a key of an unknown type", () => ({ ...rsa, kty: "toString" })],
    ["half a key", () => ({ kty: "EC", crv: "P-256", x: "AA" })],
    ["a key whose name is a number", () => ({ ...rsa, kid: 1 })],
    ["no key at all", () => null],
  ];
  test.each(useless)("not %s (P4)", (_name, key) => {
    expect(readKeySet({ keys: [key(), rsa] })).toEqual([rsa]);
  });
});

test("an empty set is a set, and what is none is none (S4)", () => {
  expect(readKeySet({ keys: [] })).toEqual([]);
  for (const document of [{}, { keys: {} }, { keys: null }, { keys: Array.from({ length: 101 }, () => rsa) }]) expect(readKeySet(document)).toBeUndefined();
});
