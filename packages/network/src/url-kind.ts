import type { Committed, Neighbor, Resolution, ResolveContext, Resolved, TargetKind } from "@postern/policy";
import { ownAddresses } from "./address.ts";
import type { FetchAuthority } from "./authority.ts";
import { type AllowedHop, decideHop, type NetworkSettings } from "./decide-hop.ts";
import { deniedUrlMessage } from "./denied-url-message.ts";
import type { Limits } from "./fetch-from.ts";
import { fetchWithRetries } from "./fetch-with-retries.ts";
import { readUrl } from "./url-gate.ts";
import { tableOf } from "./url-governance.ts";
import { urlNeighbors } from "./url-neighbors.ts";
import { urlRecord } from "./url-record.ts";
import { urlRemarks } from "./url-remarks.ts";
import { openUrlScope, type UrlScope, urlShape } from "./url-scope.ts";

/** What a decision holds until it is used: a hop whose address was classified, under the card that gives it. */
export interface HeldUrl {
  readonly hop: AllowedHop;
  readonly scope: UrlScope;
  /** As in the context of the decision. */
  readonly beside: readonly UrlScope[];
  readonly settings: NetworkSettings;
}

export type UrlKind = TargetKind<typeof urlShape, string, UrlScope, HeldUrl, FetchAuthority>;

const stopped = "The call was stopped before it was known where the host's name leads.";

/**
 * URLs of the hosts of a card. Guarantees: nothing is resolved before the card gives the host and the port, nothing is sent
 * before every address was classified, and what is sent goes to an address of that decision.
 */
export function createUrlKind(settings: NetworkSettings, limits: Limits): UrlKind {
  return {
    name: "url",
    targets: urlShape,
    scope: openUrlScope,
    remarks: urlRemarks,
    close: () => undefined,
    grants: (scope) => scope.hosts.length > 0,
    index: indexScopes,
    overlap: (one, other) => {
      const shared = one.hosts.find(({ text }) => other.hosts.some((twin) => twin.text === text));
      return shared === undefined ? undefined : `host ${shared.text}`;
    },
    keys: (scope) => scope.hosts.map(({ text }) => text),
    resolve: (raw, scope, context) => resolve(raw, scope, context, settings),
    mint: (resolved, _committed: Committed) => mint(resolved, limits),
    release: () => undefined,
    neighbors: (scope): readonly Neighbor<string>[] => urlNeighbors(scope),
    describe: (scope) => scope.hosts.map((host) => describeHost(host.text, scope)),
    show: (raw) => raw,
  };
}

function indexScopes(scopes: readonly UrlScope[]): (raw: string) => readonly number[] {
  const table = tableOf(scopes);
  return (raw) => {
    const read = readUrl(raw);
    return read.outcome === "refused" ? [] : table.governing(read.host);
  };
}

async function resolve(
  raw: string,
  scope: UrlScope,
  { argument, operation, beside, signal }: ResolveContext<UrlScope>,
  settings: NetworkSettings,
): Promise<Resolution<HeldUrl>> {
  // The host's addresses are looked up each time: it may have got one since the start.
  const known = { own: ownAddresses(), ...settings, ...scope.settings };
  const asked = { kind: "url", argument, raw, operation } as const;
  const hop = await decideHop(raw, scope, known, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  // Its record says what was asked for, although nobody knows where it would have led.
  if (hop === undefined)
    return { decision: "deny", code: "net.dns", rule: "stopped", record: { ...asked, decision: "deny", code: "net.dns" }, message: stopped };
  const record = urlRecord(hop, asked, scope);
  if (hop.outcome === "allowed") return { decision: "allow", record, held: { hop, scope, beside, settings: known } };
  return { decision: "deny", code: hop.code, rule: hop.rule, record, message: deniedUrlMessage(hop, scope) };
}

function mint({ record: { raw, argument }, held }: Resolved<HeldUrl>, limits: Limits): FetchAuthority {
  const { hop, ...card } = held;
  return Object.freeze({
    requested: raw,
    url: hop.target.url.href,
    host: hop.target.host,
    fetch: (choice) => fetchWithRetries(hop, choice, { ...card, argument, limits }),
  } satisfies FetchAuthority);
}

function describeHost(text: string, { ports, internal }: UrlScope): string {
  if (internal === undefined) return `${text} on ${ports.join(", ")}, public addresses only`;
  return `${text} on ${internal.ports.join(", ")}, only in ${internal.networks.map((network) => network.text).join(", ")}`;
}
