import { createHmac, createPublicKey } from "node:crypto";
import { CompactSign, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { type Issuer, type IssuerKey, issuerKey, resource } from "./issuer.ts";

/** Who takes part: the issuer that the policy trusts, another real one that it does not, and a host of the attacker. */
export interface Stage {
  readonly issuer: Issuer;
  readonly other: Issuer;
  readonly sink: string;
}

export interface TokenAttack {
  /** What is tried. */
  readonly name: string;
  readonly status: 401 | 403;
  /** The rule in the record. */
  readonly rule: string;
  token(stage: Stage): Promise<string>;
}

const seconds = (): number => Math.floor(Date.now() / 1000);
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const parts = (token: string): readonly [string, string, string] => {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
};

const refused = (rule: string, name: string, token: TokenAttack["token"]): TokenAttack => ({ name, status: 401, rule, token });

function usual({ issuer }: Stage): Record<string, unknown> {
  return { iss: issuer.url, aud: resource, sub: "reader", iat: seconds(), exp: seconds() + 300, scope: "files:read" };
}

/** Signed with the trusted issuer's public key as if it were a shared secret (CVE-2015-9235). */
function byPublicKey(stage: Stage, secret: string | Buffer): string {
  const { kid } = stage.issuer.key("RS256");
  const signed = `${encoded({ alg: "HS256", kid, typ: "at+jwt" })}.${encoded(usual(stage))}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** With a key of the attacker, which the header brings along in some way. */
async function byOwnKey(stage: Stage, header: (own: { readonly key: IssuerKey; readonly jwk: object }) => Record<string, unknown>): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const key: IssuerKey = { kid: "own", alg: "RS256", jwk: await exportJWK(privateKey) };
  return stage.issuer.sign({}, header({ key, jwk: { ...(await exportJWK(publicKey)), kid: "own" } }), key);
}

/** Tokens that must open nothing. */
export const tokenAttacks: readonly TokenAttack[] = [
  refused("token-audience", "one for another resource, from the issuer itself", ({ issuer }) =>
    issuer.token("reader", "files:read", "https://other.good.test/mcp"),
  ),
  refused("token-audience", "one for a list of others", ({ issuer }) => issuer.sign({ aud: ["https://a.example", `${resource}/`, resource.toUpperCase()] })),
  refused("token-audience", "one for nobody", ({ issuer }) => issuer.sign({ aud: undefined })),
  refused("token-issuer", "one of another issuer", ({ other }) => other.token("reader", "files:read")),
  refused("token-issuer", "one whose issuer is ours but for a slash", ({ issuer }) => issuer.sign({ iss: `${issuer.url}/` })),
  refused("token-issuer", "one without an issuer", ({ issuer }) => issuer.sign({ iss: undefined })),
  refused("token-issuer", "one of a list of issuers", ({ issuer }) => issuer.sign({ iss: [issuer.url] })),
  refused("token-signature", "one that another issuer signed in our issuer's name", ({ issuer, other }) =>
    other.sign({ iss: issuer.url }, { kid: issuer.key("RS256").kid }),
  ),
  refused("token-expired", "one that expired", ({ issuer }) => issuer.sign({ exp: seconds() - 60 })),
  refused("token-claims", "one without an end", ({ issuer }) => issuer.sign({ exp: undefined })),
  refused("token-claims", "one whose end is a text", async (stage) => swapped(await stage.issuer.sign(), stage, { exp: "2999" })),
  refused("token-malformed", "one whose end is a number without end", async (stage) => {
    const { kid, jwk } = stage.issuer.key("RS256");
    const text = JSON.stringify({ ...usual(stage), exp: 0, client_id: "reader" }).replace('"exp":0', '"exp":1e400');
    return new CompactSign(Buffer.from(text)).setProtectedHeader({ alg: "RS256", kid, typ: "at+jwt" }).sign(await importJWK(jwk, "RS256"));
  }),
  refused("token-not-yet", "one whose time has not come", ({ issuer }) => issuer.sign({ nbf: seconds() + 120 })),
  refused("token-not-yet", "one that was made in the future", ({ issuer }) => issuer.sign({ iat: seconds() + 120 })),
  refused("token-algorithm", "one without a signature", async (stage) => `${encoded({ alg: "none", typ: "at+jwt" })}.${encoded(usual(stage))}.`),
  refused("token-algorithm", "one without a signature, in capitals", async (stage) => `${encoded({ alg: "NONE", typ: "at+jwt" })}.${encoded(usual(stage))}.`),
  refused("token-algorithm", "one without an algorithm", async (stage) => `${encoded({ typ: "at+jwt" })}.${encoded(usual(stage))}.AAAA`),
  refused("token-algorithm", "one signed with the public key as PEM", async (stage) =>
    byPublicKey(stage, createPublicKey({ key: { ...stage.issuer.key("RS256").jwk }, format: "jwk" }).export({ type: "spki", format: "pem" })),
  ),
  refused("token-algorithm", "one signed with the public key's modulus", async (stage) =>
    byPublicKey(stage, Buffer.from(String(stage.issuer.key("RS256").jwk.n))),
  ),
  refused("token-algorithm", "one by an algorithm that the policy does not name", async (stage) => {
    const { jwk, kid } = stage.issuer.key("RS256");
    const { alg: _, ...bare } = jwk;
    return new SignJWT(usual(stage)).setProtectedHeader({ alg: "PS256", kid, typ: "at+jwt" }).sign(await importJWK(bare, "PS256"));
  }),
  refused("token-key", "one by a key that nobody knows", async ({ issuer }) => issuer.sign({}, {}, await issuerKey("nobody", "RS256"))),
  refused("token-key", "one whose key's name is a path", ({ issuer }) => issuer.sign({}, { kid: "../../../../dev/null" })),
  refused("token-key", "one whose key's name is a query", ({ issuer }) => issuer.sign({}, { kid: "x' UNION SELECT 'key" })),
  refused("token-key", "one that names a key of another algorithm", ({ issuer }) => issuer.sign({}, { kid: issuer.key("ES256").kid })),
  refused("token-signature", "one that brings its key along under a name of ours", (stage) =>
    byOwnKey(stage, ({ jwk }) => ({ jwk, kid: stage.issuer.key("RS256").kid })),
  ),
  refused("token-key", "one that brings its key along", (stage) => byOwnKey(stage, ({ jwk }) => ({ jwk, kid: "own" }))),
  refused("token-signature", "one that brings its key along without a name", (stage) => byOwnKey(stage, ({ jwk }) => ({ jwk, kid: undefined }))),
  refused("token-key", "one that says where its keys are", (stage) => byOwnKey(stage, () => ({ jku: `${stage.sink}/jwks`, kid: "own" }))),
  refused("token-signature", "one that says where its certificate is", (stage) =>
    byOwnKey(stage, () => ({ x5u: `${stage.sink}/cert`, jku: `${stage.sink}/jwks`, kid: stage.issuer.key("RS256").kid })),
  ),
  refused("token-type", "one of type JWT", ({ issuer }) => issuer.sign({}, { typ: "JWT" })),
  refused("token-type", "one of no type", ({ issuer }) => issuer.sign({}, { typ: undefined })),
  refused("token-type", "an ID token", ({ issuer }) => issuer.sign({ aud: ["reader", resource], nonce: "n", at_hash: "h", scope: undefined }, { typ: "JWT" })),
  refused("token-type", "a logout token", ({ issuer }) => issuer.sign({ events: {} }, { typ: "logout+jwt" })),
  refused("token-critical", "one with something critical", ({ issuer }) => issuer.sign({}, { crit: ["urgent"], urgent: true })),
  refused("token-critical", "one with nothing critical", async (stage) => {
    const [, payload, signature] = parts(await stage.issuer.sign());
    return `${encoded({ alg: "RS256", typ: "at+jwt", crit: [] })}.${payload}.${signature}`;
  }),
  refused("token-bound", "one bound to a key that the caller would have to prove", ({ issuer }) =>
    issuer.sign({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
  ),
  refused("token-claims", "one whose subject is a list", async ({ issuer }) => issuer.sign({ sub: ["reader"] })),
  refused("token-too-long", "a huge one", ({ issuer }) => issuer.sign({ padding: "x".repeat(9_000) })),
  refused("token-signature", "one whose signature was cut", async ({ issuer }) => (await issuer.sign()).slice(0, -8)),
  refused("token-signature", "one whose signature belongs to another", async ({ issuer }) => {
    const [header, payload] = parts(await issuer.sign({ scope: "admin" }));
    return `${header}.${payload}.${parts(await issuer.sign())[2]}`;
  }),
  refused(
    "token-signature",
    "one without the bytes of a signature",
    async ({ issuer }) =>
      `${parts(await issuer.sign())
        .slice(0, 2)
        .join(".")}.`,
  ),
  refused("token-malformed", "one whose claims are no JSON", async ({ issuer }) => {
    const [header, , signature] = parts(await issuer.sign());
    return `${header}.${Buffer.from("{").toString("base64url")}.${signature}`;
  }),
  refused(
    "token-malformed",
    "one whose head is a list",
    async ({ issuer }) =>
      `${encoded([])}.${parts(await issuer.sign())
        .slice(1)
        .join(".")}`,
  ),
  refused("key", "one with something behind it", async ({ issuer }) => `${await issuer.sign()}.e30`),
  refused("key", "one that is padded", async ({ issuer }) => `${await issuer.sign()}==`),
  refused("key", "one of five parts, as if it were encrypted", async ({ issuer }) => `${await issuer.sign()}.AAAA.BBBB`),
  refused("scheme", "two of them in one header", async ({ issuer }) => `${await issuer.sign()}, Bearer ${await issuer.sign()}`),
  { name: "one without a subject", status: 403, rule: "no-principal", token: ({ issuer }) => issuer.sign({ sub: undefined }) },
  { name: "one of a client that the policy does not name", status: 403, rule: "no-principal", token: ({ issuer }) => issuer.token("stranger", "files:read") },
  { name: "one whose subject differs by case", status: 403, rule: "no-principal", token: ({ issuer }) => issuer.sign({ sub: "Reader" }) },
];

/** Other claims under a signature that holds for them: signed as raw bytes, past what the library would make. */
async function swapped(token: string, { issuer }: Stage, claims: Record<string, unknown>): Promise<string> {
  const [header] = parts(token);
  const payload = { ...(JSON.parse(Buffer.from(parts(token)[1], "base64url").toString()) as object), ...claims };
  const { alg, kid, typ } = JSON.parse(Buffer.from(header, "base64url").toString()) as { readonly alg: string; readonly kid: string; readonly typ: string };
  return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg, kid, typ }).sign(await importJWK(issuer.key("RS256").jwk, alg));
}
