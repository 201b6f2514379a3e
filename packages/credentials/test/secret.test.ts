import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../src/secret.ts";

const canary = "canary-7f3a91";

describe("a secret", () => {
  const secret = new Secret(canary);
  // what a careless caller does: the type says text, the value is the secret.
  const asText = secret as unknown as string;
  const error = new Error("failed", { cause: secret });
  const waysOut: readonly (readonly [string, () => unknown])[] = [
    ["a template", () => `token ${asText}`],
    ["concatenation", () => "token ".concat(asText)],
    ["String", () => String(secret)],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["inspect", () => inspect({ secret })],
    ["inspect with everything", () => inspect(secret, { showHidden: true, depth: null, getters: true, customInspect: false, showProxy: true })],
    ["an error's cause", () => inspect(error)],
    ["a structured clone", () => inspect(structuredClone({ secret }), { showHidden: true, depth: null })],
    ["spread", () => JSON.stringify(Object.assign({}, secret))],
    ["keys and entries", () => [Reflect.ownKeys(secret), Object.entries(secret)].join(",")],
    ["a property list", () => JSON.stringify(Object.getOwnPropertyDescriptors(secret))],
    ["a locale string", () => secret.toLocaleString()],
  ];
  it.each(waysOut)("does not leave through %s (R2)", (_way, leave) => {
    expect(String(leave())).not.toContain(canary);
  });

  it("is there for the one who asks by name", () => {
    expect(secret.reveal()).toBe(canary);
  });

  it("cannot be empty (S4)", () => {
    expect(() => new Secret("")).toThrow(RangeError);
  });
});
