import type { AllowedHop } from "./decide-hop.ts";
import { readUrl } from "./url-gate.ts";

/** Another URL of the same origin, at the address that was classified for it; undefined: it is of another origin, or none that passes the gate. */
export function hopBeside(hop: AllowedHop, url: string): AllowedHop | undefined {
  const target = readUrl(url);
  return target.outcome === "refused" || target.url.origin !== hop.target.url.origin ? undefined : { ...hop, target };
}
