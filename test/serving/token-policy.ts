import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority } from "../../packages/network/test/tls-material.ts";
import { keyOf } from "./callers.ts";
import { type Issuer, resource as ours } from "./issuer.ts";

export interface TokenPolicy {
  /** Where it lies. */
  readonly folder: string;
  readonly dns: { readonly at: string };
  readonly issuers: readonly Pick<Issuer, "url" | "address" | "port">[];
  readonly cards: readonly string[];
  /** More of each issuer, as YAML. */
  readonly issuer?: string;
  readonly resource?: string;
  /** More of `http`. */
  readonly http?: string;
  /** More principals: lines. */
  readonly principals?: readonly string[];
  /** More of the file: lines. */
  readonly more?: string;
}

/** Writes a policy for the clients `reader` and `writer` of an issuer on an internal network, and for `ada`, who has a key. */
export function writeTokenPolicy({ folder, dns, issuers, cards, issuer = "", resource = ours, http = "", principals = [], more = "" }: TokenPolicy): string {
  const file = join(folder, "postern.yaml");
  const [first] = issuers;
  const callers = [
    ...["reader", "writer"].map((id) => `{ id: ${id}, tenant: acme, jwt: { issuer: "${first?.url}", subject: ${id} } }`),
    `{ id: ada, apiKey: { sha256: ${hash("sha256", keyOf("ada"))} } }`,
    ...principals,
  ];
  const trusted = issuers.map(
    ({ url, address, port }) => `{ issuer: "${url}", algorithms: [RS256, ES256], internal: { networks: [${address}/32], ports: [${port}] }${issuer} }`,
  );
  const text = `version: 1
principals:
${callers.map((caller) => `  - ${caller}\n`).join("")}
http:
  resource: ${resource}
  issuers:
${trusted.map((each) => `    - ${each}\n`).join("")}${http}
network: { resolvers: ["${dns.at}"], ca: [${JSON.stringify(authority)}] }
${more}
routes:
${cards.map((card) => `  - ${card}\n`).join("")}`;
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
