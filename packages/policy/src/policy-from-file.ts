import { budgetsFrom, cardBudgetFrom } from "./budgets-from-file.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { WrittenPolicy } from "./policy-schema.ts";
import type { Policy, PolicyCredential, PolicyHttp, PolicyNetwork, PolicyPrincipal, PolicySource } from "./policy.ts";
import type { PolicyProblem } from "./policy-error.ts";
import type { RouteCard } from "./route-card.ts";
import type { ServerShape } from "./server-shape.ts";
import type { YamlSource } from "./yaml-source.ts";

type Written<Key extends "principals" | "routes"> = WrittenPolicy[Key][number];

/** The policy that a file without problems spells out. */
export function policyFrom(
  written: WrittenPolicy,
  from: { readonly file: string; readonly digest: string; readonly yaml: YamlSource; readonly servers: readonly ServerShape[] },
): Policy {
  const { file, digest, yaml, servers } = from;
  return {
    file,
    digest,
    principals: written.principals.map(principalFrom),
    routes: written.routes.map((card, index) => cardFrom(card, yaml.problem(["routes", index], "value", ""))),
    ...(written.http === undefined ? {} : { http: httpFrom(written.http) }),
    ...(written.network === undefined ? {} : { network: networkFrom(written.network) }),
    credentials: Object.entries(written.credentials).map(([name, credential]) => credentialFrom(name, credential)),
    ...budgetsFrom(written),
    notes: [...notesOn(written, yaml, servers)],
  };
}

function httpFrom({ tls, issuers, ...rest }: NonNullable<WrittenPolicy["http"]>): PolicyHttp {
  return {
    ...rest,
    ...(tls !== undefined && { tls }),
    issuers: issuers.map(({ jwks, internal, ...issuer }) => ({ ...issuer, ...(jwks !== undefined && { jwks }), ...(internal !== undefined && { internal }) })),
  };
}

function networkFrom({ resolvers, families, ...rest }: NonNullable<WrittenPolicy["network"]>): PolicyNetwork {
  return { ...rest, ...(resolvers !== undefined && { resolvers }), ...(families !== undefined && { families }) };
}

function principalFrom({ id, tenant, stdio, apiKey, jwt }: Written<"principals">): PolicyPrincipal {
  return {
    id,
    tenant,
    ...(stdio === undefined ? {} : { stdio }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(jwt === undefined
      ? {}
      : {
          jwt: {
            issuer: jwt.issuer,
            ...(jwt.subject === undefined ? {} : { subject: jwt.subject }),
            ...(jwt.claims === undefined ? {} : { claims: jwt.claims }),
          },
        }),
  };
}

function credentialFrom(name: string, { tenant, source, present, hosts }: WrittenPolicy["credentials"][string]): PolicyCredential {
  const { header, scheme } = present;
  return {
    name,
    tenant,
    source: sourceFrom(source),
    present: scheme === undefined ? { header } : { header, scheme },
    hosts,
  };
}

function sourceFrom({ env, file = "", exec }: WrittenPolicy["credentials"][string]["source"]): PolicySource {
  if (env !== undefined) return { env };
  const [command, ...given] = exec ?? [];
  return command === undefined ? { file } : { exec: [command, ...given] };
}

function cardFrom(card: Written<"routes">, { line, column }: PolicyProblem): RouteCard {
  const { id, server, principals, tools, targets, redact, approval, neighbors } = card;
  return {
    id,
    server,
    principals,
    tools,
    targets,
    redact,
    approval,
    neighbors: {
      allow: neighbors.allow,
      deny: neighbors.deny.map(({ tool, arguments: given, code }) => (code === undefined ? { tool, arguments: given } : { tool, arguments: given, code })),
    },
    ...(card.credential === undefined ? {} : { credential: card.credential }),
    ...(card.scope === undefined ? {} : { scopes: [card.scope].flat() }),
    ...cardBudgetFrom(card),
    line,
    column,
  };
}

/** Names that are meant as they stand in a file which several servers share. */
const suite: ReadonlySet<string> = new Set(["filesystem", "fetch", "repo"].flatMap((each) => [`${each}-read`, `${each}-write`]));

/** A blank grants nothing, which is right and yet seldom meant: it is said, so that nobody has to guess. */
function* notesOn(written: WrittenPolicy, yaml: YamlSource, servers: readonly ServerShape[]): Generator<PolicyProblem> {
  const names = servers.map(({ name }) => name);
  for (const [index, card] of written.routes.entries()) {
    const note = (message: string): PolicyProblem => yaml.problem(["routes", index], "value", message);
    if (card.principals.length === 0) yield note("names no principals, so it allows nobody anything");
    if (card.tools.length === 0) yield note('names no tools, so it allows nothing; tools: "*" gives them all');
    if (card.scope !== undefined && !written.principals.some(({ id, jwt }) => jwt !== undefined && card.principals.includes(id)))
      yield note("names a scope, and none of its principals is proven by a token, so it asks it of nobody");
    if (Object.keys(card.targets).length === 0) yield note("names no targets, so it allows nothing");
    if (names.includes(card.server) || suite.has(card.server)) continue;
    // Forks have names of their own, so only what is nearly one of ours is told.
    const meant = didYouMean(card.server, names) ?? didYouMean(card.server, suite, 2);
    if (meant === undefined) continue;
    const why = suite.has(meant) ? "is no server of the suite" : "is passed over here";
    yield yaml.problem(["routes", index, "server"], "value", `${why}; did you mean "${meant}"?`);
  }
}
