import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import { expect } from "vitest";
import { authority, certificate, key } from "../../packages/network/test/tls-material.ts";

export const resource = "https://mcp.good.test/mcp";
const secret = "a-secret-that-only-this-client-has-0123456789";
export const clients = ["reader", "writer", "stranger"] as const;

/** Private keys of an issuer. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: "RS256" | "ES256";
  readonly jwk: JWK;
}

export async function issuerKey(kid: string, alg: IssuerKey["alg"]): Promise<IssuerKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, jwk: { ...(await exportJWK(privateKey)), kid, alg, use: "sig" } };
}

export type Claims = Readonly<Record<string, unknown>>;

/** A real authorization server at an https address of loopback, whose keys the test has as well. */
export class Issuer {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** `GET /jwks`, in order. */
  readonly requests: string[] = [];
  /** Takes the place of the authorization server where it is there. */
  instead: RequestListener | undefined;
  #keys: readonly IssuerKey[];
  #serve: RequestListener;
  #server: Server;
  readonly #open = new Set<Socket>();

  static async start(address: string, keys: readonly IssuerKey[]): Promise<Issuer> {
    const server = createServer({ cert: certificate, key });
    server.listen(0, address);
    await once(server, "listening");
    return new Issuer(server, address, keys);
  }

  private constructor(server: Server, address: string, keys: readonly IssuerKey[]) {
    this.#server = server;
    this.address = address;
    this.port = (server.address() as AddressInfo).port;
    this.url = `https://login.good.test:${this.port}`;
    this.#keys = keys;
    this.#serve = providerOf(this.url, keys);
    this.#listenTo(server);
  }

  /** Other keys from now on, and none of the old ones. */
  rotate(keys: readonly IssuerKey[]): void {
    this.#keys = keys;
    this.#serve = providerOf(this.url, keys);
  }

  /** As a client of it gets one. */
  async token(client: (typeof clients)[number], scope = "", audience = resource): Promise<string> {
    const form = new URLSearchParams({ grant_type: "client_credentials", resource: audience, ...(scope !== "" && { scope }) });
    const answer = await this.#post("/token", `Basic ${btoa(`${client}:${secret}`)}`, form.toString());
    const { access_token: token } = JSON.parse(answer) as { readonly access_token?: string };
    return token ?? expect.unreachable(answer);
  }

  /** One of its own making, by hand: as it would sign it, but for what is said otherwise. */
  async sign(claims: Claims = {}, header: Claims = {}, by: IssuerKey = this.key("RS256")): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.url, aud: resource, sub: "reader", client_id: "reader", iat: now, exp: now + 300, jti: "1", scope: "files:read" };
    const protectedHeader = { alg: by.alg, kid: by.kid, typ: "at+jwt", ...header };
    return new SignJWT(without({ ...usual, ...claims }))
      .setProtectedHeader(without(protectedHeader) as { alg: string })
      .sign(by.jwk, { crit: { urgent: true } });
  }

  /** What answers where nothing is instead. */
  listener(): RequestListener {
    return this.#serve;
  }

  key(alg: IssuerKey["alg"]): IssuerKey {
    return this.#keys.find((each) => each.alg === alg) ?? expect.unreachable(alg);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await once(this.#server, "close");
  }

  /** At the address that it had before. */
  async startAgain(): Promise<void> {
    this.#server = createServer({ cert: certificate, key });
    this.#listenTo(this.#server);
    this.#server.listen(this.port, this.address);
    await once(this.#server, "listening");
  }

  #listenTo(server: Server): void {
    server.on("secureConnection", (socket) => {
      this.#open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#open.delete(socket));
    });
    server.on("request", (asked, response) => {
      this.requests.push(`${asked.method} ${asked.url}`);
      (this.instead ?? this.#serve)(asked, response);
    });
  }

  #post(path: string, authorization: string, body: string): Promise<string> {
    const headers = { host: new URL(this.url).host, authorization, "content-type": "application/x-www-form-urlencoded" };
    return new Promise((resolve, reject) => {
      const options = { host: this.address, port: this.port, path, method: "POST", headers, ca: authority, servername: "login.good.test", agent: false };
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

function providerOf(url: string, keys: readonly IssuerKey[]): RequestListener {
  const alg = keys[0]?.alg ?? expect.unreachable("no key");
  return new Provider(url, {
    clients: clients.map((client_id) => ({
      client_id,
      client_secret: secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    clientDefaults: { id_token_signed_response_alg: alg },
    ttl: { ClientCredentials: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: "files:read files:write admin",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg } },
        }),
      },
    },
  }).callback();
}

function without(claims: Claims): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
