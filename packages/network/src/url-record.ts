import type { TargetRecord } from "@postern/policy";
import type { AllowedHop, DeniedHop } from "./decide-hop.ts";
import { hopLane } from "./hop-lane.ts";
import type { UrlScope } from "./url-scope.ts";

/** What is known of a hop before it is decided. */
export type Asked = Pick<TargetRecord, "kind" | "argument" | "raw" | "operation">;

/** What the evidence keeps of one decided hop, with the credential that goes along to it, or would have. */
export function urlRecord(hop: AllowedHop | DeniedHop, asked: Asked, scope: Pick<UrlScope, "lane" | "internal">): TargetRecord {
  const addresses = hop.seen.map(({ address, category }) => ({ address, category }));
  const { aliases = [] } = hop;
  const base = { ...asked, ...(addresses.length > 0 && { addresses }), ...(aliases.length > 0 && { aliases }) };
  if (hop.outcome === "allowed") {
    const { url, host } = hop.target;
    return { ...base, decision: "allow", canonical: url.href, host, ...laneOf(hop.target, scope) };
  }
  const { code, rule, normalized } = hop;
  const withheld = [...(addresses.length > 0 ? (["addresses"] as const) : []), ...(aliases.length > 0 ? (["aliases"] as const) : [])];
  return {
    ...base,
    decision: "deny",
    code,
    rule,
    ...(normalized !== undefined && { canonical: normalized, ...hostOf(normalized, scope) }),
    // Where a name leads on the operator's network is not the caller's to know.
    ...(withheld.length > 0 && { withheld }),
  };
}

function hostOf(normalized: string, scope: Pick<UrlScope, "lane" | "internal">): Pick<TargetRecord, "host" | "lane"> {
  const url = URL.parse(normalized);
  if (url === null) return { host: "" };
  // As the gate names hosts that it lets pass.
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname.replace(/\.$/, "");
  return { host, ...laneOf({ host, secure: url.protocol === "https:" }, scope) };
}

function laneOf(target: { readonly host: string; readonly secure: boolean }, scope: Pick<UrlScope, "lane" | "internal">): Pick<TargetRecord, "lane"> {
  const lane = hopLane(target, scope);
  return lane === undefined ? {} : { lane: lane.name };
}
