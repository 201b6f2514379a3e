import type { PolicyBudget } from "./budget.ts";
import type { PolicyProblem } from "./policy-error.ts";
import type { RouteCard } from "./route-card.ts";

/** A policy that was read and proven consistent. Never changed: a reload makes another one. */
export interface Policy {
  /** Name of the file for messages; `command line` when it was made from flags. */
  readonly file: string;
  /** SHA-256 of the source's bytes (UTF-8), hex. Stands in every record that this policy decided. */
  readonly digest: string;
  readonly principals: readonly PolicyPrincipal[];
  readonly routes: readonly RouteCard[];
  readonly http?: PolicyHttp;
  readonly network?: PolicyNetwork;
  readonly credentials: readonly PolicyCredential[];
  readonly budgets: readonly PolicyBudget[];
  /** How many identical calls there may be; absent: the guard's own defaults hold. */
  readonly loops?: "off" | LoopLimit;
  /** What is no error and yet hardly meant: a card that can never allow anything. For people at the start, `--check` and `postern check`. */
  readonly notes: readonly PolicyProblem[];
}

/** Calls of one caller with the same tool and arguments, per window. */
export interface LoopLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** Exactly one of the proofs is there. */
export interface PolicyPrincipal {
  readonly id: string;
  readonly tenant: string;
  readonly stdio?: true;
  /** SHA-256 of the key, hex in lower case. */
  readonly apiKey?: { readonly sha256: string };
  /** Every part that is there must hold; at least one of `subject` and `claims` is. */
  readonly jwt?: { readonly issuer: string; readonly subject?: string; readonly claims?: Readonly<Record<string, string>> };
}

export interface PolicyHttp {
  /** The audience that a token must carry. */
  readonly resource: string;
  readonly issuers: readonly PolicyIssuer[];
  /** What each scope implies, as written: not yet what that implies in turn. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Files as written, relative to the policy's. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Addresses and networks of the proxies that end TLS for us. */
  readonly proxies: readonly string[];
}

/** Who issues access tokens for us. */
export interface PolicyIssuer {
  /** Its identifier, as its tokens have it. */
  readonly issuer: string;
  readonly algorithms: readonly string[];
  /** URL of its keys. Absent: its metadata says it. */
  readonly jwks?: string;
  /** What the header `typ` of its access tokens says; `jwt`: that one, `JWT` or nothing. */
  readonly tokenType: "at+jwt" | "jwt";
  /** Its keys come from these networks and ports, and from nothing public. */
  readonly internal?: { readonly networks: readonly string[]; readonly ports: readonly number[] };
}

/** What the operator says of the network that the servers run in. */
export interface PolicyNetwork {
  /** Resolvers, `address` or `address:port`. Absent: those of the system. */
  readonly resolvers?: readonly string[];
  readonly families?: readonly (4 | 6)[];
  /** Networks that count as internal whatever their addresses look like. */
  readonly serviceNetworks: readonly string[];
  /** Prefixes of 96 bits by which IPv4 is reached (RFC 6052). */
  readonly nat64Prefixes: readonly string[];
  /** Whether the names that a name stands for are asked for and recorded. */
  readonly aliases: boolean;
  /** Certificates that are trusted besides the usual ones, PEM. */
  readonly ca: readonly string[];
}

/** A credential lane as the policy declares it. The secret is never here, only where it is kept. */
export interface PolicyCredential {
  readonly name: string;
  /** The one tenant whose principals may use it. */
  readonly tenant: string;
  readonly source: PolicySource;
  readonly present: { readonly header: string; readonly scheme?: string };
  /** Hosts that it may be sent to: names, `*.domain` (what lies below it), IPv4 addresses. Empty: none. */
  readonly hosts: readonly string[];
}

/** Where a secret is kept. `file` is as written; `exec` is an absolute path and arguments. */
export type PolicySource = { readonly env: string } | { readonly file: string } | { readonly exec: readonly [string, ...string[]] };
