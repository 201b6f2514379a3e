import { hasHostBits } from "./host-bits.ts";
import { budgetProblems } from "./budget-problems.ts";
import { credentialProblems } from "./credential-problems.ts";
import type { WrittenPolicy } from "./policy-schema.ts";
import { hint, type Found } from "./schema-problems.ts";
import type { ServerShape } from "./server-shape.ts";
import type { Path } from "./yaml-source.ts";

type Card = WrittenPolicy["routes"][number];

/** What no schema sees: names that lead nowhere or to two things, proofs that do not add up, lanes that cross tenants. */
export function* policyProblems(policy: WrittenPolicy, servers: readonly ServerShape[]): Generator<Found> {
  yield* principalProblems(policy);
  yield* httpProblems(policy);
  yield* credentialProblems(policy);
  yield* networkProblems(policy);
  yield* budgetProblems(policy);
  yield* repeated(
    policy.routes.map(({ id }) => id),
    (index) => ["routes", index, "id"],
  );
  const shapes = new Map(servers.map((server) => [server.name, server]));
  const tenants = new Map(policy.principals.map(({ id, tenant }) => [id, tenant]));
  for (const [index, card] of policy.routes.entries()) {
    const path = ["routes", index];
    yield* referenceProblems(card, path, policy, tenants);
    const shape = shapes.get(card.server);
    if (shape !== undefined) yield* serverProblems(card, path, shape);
  }
}

function* principalProblems({ principals, http }: WrittenPolicy): Generator<Found> {
  yield* repeated(
    principals.map(({ id }) => id),
    (index) => ["principals", index, "id"],
  );
  // Two principals with one proof would make it a matter of order who is calling.
  yield* repeated(
    principals.map(({ apiKey }) => apiKey?.sha256),
    (index) => ["principals", index, "apiKey", "sha256"],
  );
  const proofs = principals.map(
    ({ jwt }) => jwt && JSON.stringify([jwt.issuer, jwt.subject, Object.entries(jwt.claims ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1))]),
  );
  yield* repeated(proofs, (index) => ["principals", index, "jwt"]);
  for (const [index, { stdio, apiKey, jwt }] of principals.entries()) {
    const path = ["principals", index];
    if ([stdio, apiKey, jwt].filter((proof) => proof !== undefined).length !== 1) yield value(path, "needs exactly one proof: stdio, apiKey or jwt");
    if (jwt === undefined) continue;
    if (jwt.subject === undefined && Object.keys(jwt.claims ?? {}).length === 0) {
      yield value([...path, "jwt"], "needs a subject or claims, or every token of the issuer would be this principal");
    }
    const issuers = http?.issuers.map(({ issuer }) => issuer);
    if (issuers !== undefined && !issuers.includes(jwt.issuer)) {
      yield value([...path, "jwt", "issuer"], `is not among http.issuers, so nobody could ever be this principal${hint(jwt.issuer, issuers)}`);
    }
  }
}

function* networkProblems({ network }: WrittenPolicy): Generator<Found> {
  if (network === undefined) return;
  for (const key of ["resolvers", "families", "serviceNetworks", "nat64Prefixes", "ca"] as const) {
    yield* repeated((network[key] ?? []).map(String), (index) => ["network", key, index]);
  }
}

function* httpProblems({ http }: WrittenPolicy): Generator<Found> {
  if (http === undefined) return;
  // A part behind # never gets to anybody (RFC 8707), and an issuer is an identifier without query and fragment (RFC 8414).
  if (/^[a-z]+:\/\/[^/]*@/i.test(http.resource)) yield value(["http", "resource"], "names a user, which everybody who asks for the metadata would read");
  if (http.resource.includes("#")) yield value(["http", "resource"], "has a part behind #, which no token can be for");
  yield* repeated(
    http.issuers.map(({ issuer }) => issuer),
    (index) => ["http", "issuers", index, "issuer"],
  );
  for (const [index, proxy] of http.proxies.entries()) {
    if (proxy.endsWith("/0")) yield value(["http", "proxies", index], "is everybody, and keys and tokens would come in the clear; name the proxies");
    else if (proxy.includes("/") && hasHostBits(proxy))
      yield value(["http", "proxies", index], "is written as one address and means its whole network: bits are set behind its prefix");
  }
  for (const [index, { issuer }] of http.issuers.entries()) {
    if (/[?#@]/.test(issuer))
      yield value(["http", "issuers", index, "issuer"], "is no identifier of an issuer: leave out the query, what is behind #, and users");
  }
}

function* referenceProblems(card: Card, path: Path, policy: WrittenPolicy, tenants: ReadonlyMap<string, string>): Generator<Found> {
  yield* repeated(card.principals, (index) => [...path, "principals", index]);
  for (const [index, principal] of card.principals.entries()) {
    if (!tenants.has(principal)) yield value([...path, "principals", index], `no principal has this id${hint(principal, [...tenants.keys()])}`);
  }
  if (card.credential === undefined) return;
  const here = [...path, "credential"];
  const lane = Object.hasOwn(policy.credentials, card.credential) ? policy.credentials[card.credential] : undefined;
  if (lane === undefined) {
    yield value(here, `no credential has this name${hint(card.credential, Object.keys(policy.credentials))}`);
    return;
  }
  for (const principal of card.principals) {
    const tenant = tenants.get(principal);
    if (tenant === undefined || tenant === lane.tenant) continue;
    yield value(here, `belongs to tenant ${lane.tenant}, and principal ${principal} to tenant ${tenant}; a credential serves one tenant only`);
  }
}

function* serverProblems(card: Card, path: Path, server: ServerShape): Generator<Found> {
  for (const need of server.needs ?? []) {
    const there = need === "approval" ? card.approval === "required" : card[need] !== undefined;
    if (!there) yield value(path, `a card of ${server.name} needs ${need === "approval" ? "approval: required" : `a ${need}`}`);
  }
  const named: [string, Path][] = [];
  if (card.tools !== "*") {
    yield* repeated(card.tools, (index) => [...path, "tools", index]);
    for (const [index, tool] of card.tools.entries()) named.push([tool, [...path, "tools", index]]);
  }
  for (const [index, { tool }] of card.neighbors.allow.entries()) named.push([tool, [...path, "neighbors", "allow", index, "tool"]]);
  // A denied neighbor may name a tool that does not exist: that such a call is refused is worth a test.
  for (const [tool, place] of named) {
    if (server.openTools !== true && !server.tools.includes(tool)) yield value(place, `${server.name} has no such tool${hint(tool, server.tools)}`);
  }
}

function* repeated(names: readonly (string | undefined)[], path: (index: number) => Path): Generator<Found> {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    if (seen.has(name)) yield value(path(index), "stands here for the second time");
    seen.add(name);
  }
}

function value(path: Path, message: string): Found {
  return { path, at: "value", message };
}
