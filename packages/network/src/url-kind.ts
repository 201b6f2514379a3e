import {
  LateDenial,
  type Committed,
  type Neighbor,
  type Resolution,
  type ResolveContext,
  type Resolved,
  type TargetKind,
  type TargetRecord,
} from "@postern/policy";
import type { FetchAuthority } from "./authority.ts";
import { type AllowedHop, decideHop, type DeniedHop, type NetworkSettings } from "./decide-hop.ts";
import { deniedUrlMessage, redirectMessage } from "./denied-url-message.ts";
import { type FetchLimits, guardedFetch, RedirectDenied } from "./guarded-fetch.ts";
import { HostTable } from "./host-table.ts";
import { PeerMismatch } from "./pinned-request.ts";
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

/** Bytes are each call's own. */
type Limits = Omit<FetchLimits, "wireBytes" | "decodedBytes">;

export type UrlKind = TargetKind<typeof urlShape, string, UrlScope, HeldUrl, FetchAuthority>;

/**
 * URLs of the hosts of a card. Guarantees: nothing is resolved before the card gives the host and the port, nothing is sent
 * before every address was classified, and what is sent goes to an address of that decision.
 */
export function createUrlKind(settings: NetworkSettings, limits: Limits): UrlKind {
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

async function resolve(
  raw: string,
  scope: UrlScope,
  { argument, operation, beside, signal }: ResolveContext<UrlScope>,
  settings: NetworkSettings,
): Promise<Resolution<HeldUrl>> {
  const hop = await decideHop(raw, scope, settings, signal);
  const record = recordOf(hop, { kind: "url", argument, raw, operation });
  if (hop.outcome === "allowed") return { decision: "allow", record, held: { hop, scope, beside } };
  return { decision: "deny", code: hop.code, rule: hop.rule, record, message: deniedUrlMessage(hop, scope) };
}

function recordOf(hop: AllowedHop | DeniedHop, asked: Pick<TargetRecord, "kind" | "argument" | "raw" | "operation">): TargetRecord {
  const addresses = hop.seen.map(({ address, category }) => ({ address, category }));
  const base = { ...asked, ...(addresses.length > 0 && { addresses }) };
  if (hop.outcome === "allowed") return { ...base, decision: "allow", canonical: hop.target.url.href, host: hop.target.host };
  const { code, normalized } = hop;
  return {
    ...base,
    decision: "deny",
    code,
    ...(normalized !== undefined && { canonical: normalized, host: URL.parse(normalized)?.hostname ?? "" }),
    // Where a name leads on the operator's network is not the caller's to know.
    ...(addresses.length > 0 && { withheld: ["addresses"] as const }),
  };
}

function mint({ held, record: { raw, argument } }: Resolved<HeldUrl>, _committed: Committed, settings: NetworkSettings, limits: Limits): FetchAuthority {
  const { hop: first, scope, beside } = held;
  const step = (hop: AllowedHop | DeniedHop, to: string): TargetRecord => recordOf(hop, { kind: "url", argument, raw: to, operation: "redirect" });
  return Object.freeze({
    requested: raw,
    url: first.target.url.href,
    host: first.target.host,
    async fetch({ mostBytes, onRedirect, ...choice }) {
      try {
        return await guardedFetch(first, {
          ...choice,
          reach: scope,
          governs: ({ host }) => governs(scope, beside, host),
          settings,
          limits: { ...limits, wireBytes: mostBytes, decodedBytes: mostBytes },
          onHop: (hop) => void (hop !== first && onRedirect?.(step(hop, hop.target.url.href))),
        });
      } catch (error) {
        if (error instanceof PeerMismatch) {
          throw new LateDenial("net.peer_mismatch", "Another address answered than the one that was classified.", { cause: error });
        }
        if (!(error instanceof RedirectDenied)) throw error;
        const { hop, rule, location } = error;
        const unread: TargetRecord = { kind: "url", argument, raw: location, operation: "redirect", decision: "deny", code: "net.redirect" };
        onRedirect?.(hop === undefined ? unread : step(hop, location));
        throw new LateDenial("net.redirect", redirectMessage(rule), { cause: error });
      }
    },
  } satisfies FetchAuthority);
}

function describeHost(text: string, { ports, internal }: UrlScope): string {
  if (internal === undefined) return `${text} on ${ports.join(", ")}, public addresses only`;
  return `${text} on ${internal.ports.join(", ")}, only in ${internal.networks.map((network) => network.text).join(", ")}`;
}
