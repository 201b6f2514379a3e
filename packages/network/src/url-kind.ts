import type { Committed, DenialCode, Neighbor, Resolution, ResolveContext, Resolved, TargetKind, TargetRecord } from "@postern/policy";
import type { FetchAuthority } from "./authority.ts";
import { type AllowedHop, decideHop, type DeniedHop, type NetworkSettings } from "./decide-hop.ts";
import { deniedUrlMessage } from "./denied-url-message.ts";
import { type FetchLimits, guardedFetch } from "./guarded-fetch.ts";
import { HostTable } from "./host-table.ts";
import { readUrl } from "./url-gate.ts";
import { urlNeighbors } from "./url-neighbors.ts";
import { openUrlScope, type UrlScope, urlShape } from "./url-scope.ts";

/** What a decision holds until it is used: a hop whose address was classified, under the card that gives it. */
export interface HeldUrl {
  readonly hop: AllowedHop;
  readonly scope: UrlScope;
  /** As in the context of the decision. */
  readonly beside: readonly UrlScope[];
}

export type UrlKind = TargetKind<typeof urlShape, string, UrlScope, HeldUrl, FetchAuthority>;

/**
 * URLs of the hosts of a card. Guarantees: nothing is resolved before the card gives the host and the port, nothing is sent
 * before every address was classified, and what is sent goes to an address of that decision.
 */
export function createUrlKind(settings: NetworkSettings, limits: Omit<FetchLimits, "wireBytes" | "decodedBytes">): UrlKind {
  return {
    name: "url",
    targets: urlShape,
    scope: openUrlScope,
    close: () => undefined,
    grants: (scope) => scope.hosts.length > 0,
    index: indexScopes,
    overlap: (one, other) => {
      const shared = one.hosts.find(({ text }) => other.hosts.some((twin) => twin.text === text));
      return shared === undefined ? undefined : `host ${shared.text}`;
    },
    keys: (scope) => scope.hosts.map(({ text }) => text),
    resolve: (raw, scope, context) => resolve(raw, scope, context, settings),
    mint: (resolved, committed) => mint(resolved, committed, settings, limits),
    release: () => undefined,
    neighbors: (scope): readonly Neighbor<string>[] => urlNeighbors(scope),
    describe: (scope) => scope.hosts.map((host) => describeHost(host.text, scope)),
    show: (raw) => raw,
  };
}

/** Positions of the scopes by their hosts. */
function tableOf(scopes: readonly UrlScope[]): HostTable<number> {
  const table = new HostTable<number>();
  for (const [position, { hosts }] of scopes.entries()) for (const pattern of hosts) table.add(pattern, position);
  return table;
}

function indexScopes(scopes: readonly UrlScope[]): (raw: string) => readonly number[] {
  const table = tableOf(scopes);
  return (raw) => {
    const read = readUrl(raw);
    return read.outcome === "refused" ? [] : table.governing(read.host);
  };
}

const tables = new WeakMap<readonly UrlScope[], HostTable<number>>();

/** Whether a card is the one that governs a host, among all of its principal's. */
function governs(scope: UrlScope, beside: readonly UrlScope[], host: string): boolean {
  let table = tables.get(beside);
  if (table === undefined) tables.set(beside, (table = tableOf(beside)));
  return table.governing(host).some((position) => beside[position] === scope);
}

async function resolve(raw: string, scope: UrlScope, context: ResolveContext<UrlScope>, settings: NetworkSettings): Promise<Resolution<HeldUrl>> {
  const hop = await decideHop(raw, scope, settings, context.signal);
  const addresses = hop.seen.map(({ address, category }) => ({ address, category }));
  const base = { kind: "url", argument: context.argument, raw, operation: context.operation, ...(addresses.length > 0 && { addresses }) } as const;
  if (hop.outcome === "denied") return refused(base, hop, scope);
  const { target } = hop;
  return {
    decision: "allow",
    record: { ...base, decision: "allow", canonical: target.url.href, host: target.host },
    held: { hop, scope, beside: context.beside },
  };
}

function refused(base: Pick<TargetRecord, "kind" | "argument" | "raw" | "operation" | "addresses">, hop: DeniedHop, scope: UrlScope): Resolution<HeldUrl> {
  const { code, rule, normalized } = hop;
  const record: TargetRecord = {
    ...base,
    decision: "deny",
    code,
    ...(normalized !== undefined && { canonical: normalized, host: URL.parse(normalized)?.hostname ?? "" }),
    // Where a name leads on the operator's network is not the caller's to know.
    ...(base.addresses !== undefined && { withheld: ["addresses"] as const }),
  };
  return { decision: "deny", code: code satisfies DenialCode, rule, record, message: deniedUrlMessage(hop, scope) };
}

function mint(
  { held, record }: Resolved<HeldUrl>,
  _committed: Committed,
  settings: NetworkSettings,
  limits: Omit<FetchLimits, "wireBytes" | "decodedBytes">,
): FetchAuthority {
  const { hop, scope, beside } = held;
  return Object.freeze({
    requested: record.raw,
    url: hop.target.url.href,
    host: hop.target.host,
    fetch: ({ mostBytes, ...choice }) =>
      guardedFetch(hop, {
        ...choice,
        reach: scope,
        governs: ({ host }) => governs(scope, beside, host),
        settings,
        limits: { ...limits, wireBytes: mostBytes, decodedBytes: mostBytes },
      }),
  } satisfies FetchAuthority);
}

function describeHost(text: string, { ports, internal }: UrlScope): string {
  if (internal === undefined) return `${text} on ${ports.join(", ")}, public addresses only`;
  return `${text} on ${internal.ports.join(", ")}, only in ${internal.networks.map((network) => network.text).join(", ")}`;
}
