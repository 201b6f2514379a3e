import { parseAddress } from "../address.ts";
import type { AllowedHop } from "../decide-hop.ts";

/**
 * Another try of a request: to an address that the name leads to now and that the committed decision names already, one
 * that was not tried before where there is one. Undefined: the name leads to none of those any more. So the record names
 * where the first byte goes before it goes, at every try, and nothing has to be written between them.
 */
export function nextTry(next: AllowedHop, decided: AllowedHop, tried: ReadonlySet<string>): AllowedHop | undefined {
  const named = new Set(decided.seen.map(({ address }) => address));
  const left = next.seen.flatMap(({ address }) => (named.has(address) ? [address] : []));
  const pin = parseAddress(left.find((address) => !tried.has(address)) ?? left[0] ?? "");
  return pin === undefined ? undefined : { ...next, pin };
}
