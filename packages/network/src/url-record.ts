import type { TargetRecord } from "@postern/policy";
import type { AllowedHop, DeniedHop } from "./decide-hop.ts";

/** What the evidence keeps of one decided hop. */
export function urlRecord(hop: AllowedHop | DeniedHop, asked: Pick<TargetRecord, "kind" | "argument" | "raw" | "operation">): TargetRecord {
  const addresses = hop.seen.map(({ address, category }) => ({ address, category }));
  const { aliases = [] } = hop;
  const base = { ...asked, ...(addresses.length > 0 && { addresses }), ...(aliases.length > 0 && { aliases }) };
  if (hop.outcome === "allowed") return { ...base, decision: "allow", canonical: hop.target.url.href, host: hop.target.host };
  const { code, normalized } = hop;
  const withheld = [...(addresses.length > 0 ? (["addresses"] as const) : []), ...(aliases.length > 0 ? (["aliases"] as const) : [])];
  return {
    ...base,
    decision: "deny",
    code,
    ...(normalized !== undefined && { canonical: normalized, host: bare(URL.parse(normalized)?.hostname ?? "") }),
    // Where a name leads on the operator's network is not the caller's to know.
    ...(withheld.length > 0 && { withheld }),
  };
}

/** As the gate names hosts that it lets pass. */
function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname.replace(/\.$/, "");
}
