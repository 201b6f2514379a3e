import { createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { LateDenial, type PolicyCredential } from "@postern/policy";
import { afterAll, describe, expect, it } from "vitest";
import { openLane, Vault, type Lane } from "../src/index.ts";

const place = mkdtempSync(join(tmpdir(), "postern-lanes-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const token = "canary-2b81c0";
const patient = new AbortController().signal;
const docs: PolicyCredential = {
  name: "docs",
  tenant: "acme",
  source: { env: "TOKEN" },
  present: { header: "Authorization", scheme: "Bearer" },
  hosts: ["docs.acme.example", "*.api.acme.example", "10.0.0.7"],
};

function open(declared: Partial<PolicyCredential> = {}, environment: NodeJS.ProcessEnv = { TOKEN: token }): Lane {
  return openLane({ ...docs, ...declared }, { vault: new Vault(environment), home: place, base: place });
}

function keep(name: string, content: string): void {
  writeFileSync(join(place, name), content);
  chmodSync(join(place, name), 0o600);
}

describe("a lane goes to its hosts and to no other", () => {
  const hosts: readonly (readonly [string, boolean])[] = [
    ["docs.acme.example", true],
    ["DOCS.acme.example", true],
    ["docs.acme.example.", true],
    ["v2.api.acme.example", true],
    ["a.b.api.acme.example", true],
    ["10.0.0.7", true],
    ["acme.example", false],
    ["api.acme.example", false],
    [".api.acme.example", false],
    ["evil-docs.acme.example", false],
    ["evilapi.acme.example", false],
    ["docs.acme.example.evil.example", false],
    ["docs.acme.example..", false],
    ["10.0.0.70", false],
    ["1.10.0.0.7", false],
    ["", false],
  ];
  it.each(hosts)("%j: %s (R2)", async (host, allowed) => {
    const lane = open();
    expect(lane.reaches(host)).toBe(allowed);
    expect(await lane.headersFor(host, patient)).toEqual(allowed ? { authorization: `Bearer ${token}` } : undefined);
  });

  it("without hosts it goes nowhere (S4)", async () => {
    expect(await open({ hosts: [] }).headersFor("docs.acme.example", patient)).toBeUndefined();
  });
});

describe("what a lane sends", () => {
  const presented: readonly (readonly [string, PolicyCredential["present"], string, Record<string, string>])[] = [
    ["a key of its own header", { header: "X-Api-Key" }, token, { "x-api-key": token }],
    ["a user and a password", { header: "authorization", scheme: "Basic" }, "ada:pass-word", { authorization: "Basic YWRhOnBhc3Mtd29yZA==" }],
    ["what is encoded already", { header: "authorization", scheme: "basic" }, "YWRhOnBhc3Mtd29yZA==", { authorization: "basic YWRhOnBhc3Mtd29yZA==" }],
  ];
  it.each(presented)("%s", async (_name, present, secret, headers) => {
    expect(await open({ present }, { TOKEN: secret }).headersFor("docs.acme.example", patient)).toEqual(headers);
  });

  it("signs with its secret, and never gives it", async () => {
    const key = "canary-2b81c0-long-enough";
    const lane = open({}, { TOKEN: key });
    expect(await lane.sign("POST\n/x", patient)).toBe(createHmac("sha256", key).update("POST\n/x").digest("base64"));
    expect(JSON.stringify(lane) + inspect(lane, { showHidden: true, depth: 9 })).not.toContain(key);
  });

  it("signs with the bytes that a secret of Standard Webhooks stands for, and lets them leave in no form", async () => {
    const key = Buffer.from("00ff10ef20df30cf40bf50af609f708f809f", "hex");
    const vault = new Vault({ TOKEN: `whsec_${key.toString("base64")}` });
    const lane = openLane(docs, { vault, home: place, base: place });
    expect(await lane.sign("x", patient)).toBe(createHmac("sha256", key).update("x").digest("base64"));
    for (const encoding of ["base64", "base64url", "hex"] as const) expect(vault.scrubber.text(`k ${key.toString(encoding)} k`).count, encoding).toBe(1);
  });

  it.each<readonly [string, string]>([
    ["no key at all", "whsec_"],
    ["no base64", "whsec_not base64 at all, is it"],
    ["base64 with something else in it", "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=!!"],
    ["base64 without its padding", "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ"],
    ["base64url", "whsec_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_"],
    ["base64 in another spelling", "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXR="],
    ["a key of a few bytes", "whsec_c2VjcmV0"],
  ])("a secret of Standard Webhooks that holds %s is missing, and says why without any of it (S4)", async (_name, secret) => {
    const lane = open({}, { TOKEN: secret });
    const { availability } = lane;
    expect(availability).toMatchObject({ state: "missing", reason: expect.stringMatching(/base64|shorter than 16/) as string });
    if (secret.length > 6) expect(JSON.stringify(availability)).not.toContain(secret.slice(6));
    await expect(lane.sign("", patient)).rejects.toMatchObject({ code: "credential.missing" });
    await expect(lane.headersFor("docs.acme.example", patient)).rejects.toMatchObject({ code: "credential.missing" });
  });

  it("any other secret signs nothing where it is too short for a key, and may be sent all the same", async () => {
    const told: string[] = [];
    const lane = openLane(docs, { vault: new Vault({ TOKEN: token }), home: place, base: place, tell: (reason) => void told.push(reason) });
    await expect(lane.sign("x", patient)).rejects.toMatchObject({ code: "credential.missing", message: expect.not.stringContaining(token) as string });
    expect(told).toEqual(["the key for signatures is shorter than 16 bytes"]);
    expect(await lane.headersFor("docs.acme.example", patient)).toEqual({ authorization: `Bearer ${token}` });
  });
});

describe("a secret that is not there", () => {
  it("is told with its reason to the operator, and without it to the caller (S4)", async () => {
    const lane = open({}, {});
    expect(lane.availability).toEqual({ state: "missing", reason: "the environment variable TOKEN is not set" });
    const error = await lane.headersFor("docs.acme.example", patient).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LateDenial);
    expect(error).toMatchObject({ code: "credential.missing", message: expect.not.stringMatching(/TOKEN|environment/) });
    await expect(lane.sign("", patient)).rejects.toMatchObject({ code: "credential.missing" });
  });

  it("is no matter at a host that it does not go to", async () => {
    expect(await open({}, {}).headersFor("elsewhere.example", patient)).toBeUndefined();
  });
});

describe("files of lanes lie where the policy's other paths do", () => {
  it.each(["~/kept", "kept", "./sub/../kept"])("%s", async (file) => {
    keep("kept", `${token}\n`);
    expect(await open({ source: { file } }).headersFor("docs.acme.example", patient)).toEqual({ authorization: `Bearer ${token}` });
  });
});

describe("a reload", () => {
  it("still knows the variable that was taken out of the environment, and reads files anew", async () => {
    const environment: NodeJS.ProcessEnv = { TOKEN: token, OTHER: "stays" };
    const vault = new Vault(environment);
    const context = { vault, home: place, base: place };
    const read = async (declared: PolicyCredential) => (await openLane(declared, context).headersFor("docs.acme.example", patient))?.["authorization"];
    expect(await read(docs)).toBe(`Bearer ${token}`);
    expect(environment).toEqual({ OTHER: "stays" });
    expect(await read({ ...docs, name: "renamed" })).toBe(`Bearer ${token}`);

    keep("turning", "first-value");
    const turning: PolicyCredential = { ...docs, name: "turning", source: { file: "turning" } };
    expect(await read(turning)).toBe("Bearer first-value");
    keep("turning", "second-value");
    expect(await read(turning)).toBe("Bearer second-value");
    expect(vault.scrubber.text("first-value, second-value").count).toBe(2);
  });
});
