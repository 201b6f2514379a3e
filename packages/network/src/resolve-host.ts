import { Resolver } from "node:dns/promises";
import { type Address, parseAddress } from "./address.ts";

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Resolvers to ask, `address` or `address:port`; absent: those of the system. */
  readonly servers?: readonly string[];
  /** Families to ask for; without the one that the network's resolver breaks, where the operator says so. */
  readonly families?: readonly (4 | 6)[];
  /** Milliseconds for one try of one question. */
  readonly timeoutMs?: number;
}

export type Lookup =
  | { readonly outcome: "resolved"; readonly addresses: readonly Address[] }
  /** `dns-error`: a resolver failed on one of the families, so nobody knows what the other one would have been. */
  | { readonly outcome: "unresolved"; readonly rule: "dns-error" | "dns-timeout" | "dns-nodata" | "dns-not-found" | "dns-too-many"; readonly detail: string };

/** More addresses than any honest name has. */
const mostAddresses = 32;
const tries = 2;
const defaultTimeoutMs = 2_000;

/**
 * Asks for all addresses of a name, of both families at once. Guarantees that what it tells is the whole answer: where one
 * family cannot be told, or the name leads nowhere, it tells nothing. Search domains, `/etc/hosts`, multicast DNS and the
 * odd spellings of addresses play no part (c-ares; getaddrinfo(3) would follow all of them). Nothing is kept for later.
 *
 * Holes: the resolver's word is taken; an alias (CNAME) on the way is not seen, and an address that the resolver gives under
 * another owner's name is: only what an address is counts. Rejects with the signal's reason.
 */
export async function resolveHost(host: string, { signal, servers, families = [4, 6], timeoutMs = defaultTimeoutMs }: ResolveOptions): Promise<Lookup> {
  signal.throwIfAborted();
  // One for each lookup: only a whole resolver can be told to stop.
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (servers !== undefined) resolver.setServers(servers);
  const stop = (): void => resolver.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const answers = await Promise.all(families.map((family) => ask(resolver, host, family)));
    signal.throwIfAborted();
    return sumUp(answers);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

type Answer = { readonly texts: readonly string[] } | { readonly error: string };

async function ask(resolver: Resolver, host: string, family: 4 | 6): Promise<Answer> {
  try {
    return { texts: await (family === 4 ? resolver.resolve4(host) : resolver.resolve6(host)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    // A name without addresses of this family.
    return code === "ENODATA" ? { texts: [] } : { error: code };
  }
}

function sumUp(answers: readonly Answer[]): Lookup {
  const errors = answers.flatMap((answer) => ("error" in answer ? [answer.error] : []));
  const [error] = errors;
  if (error !== undefined) {
    const missing = errors.length === answers.length && errors.every((each) => each === "ENOTFOUND");
    return unresolved(missing ? "dns-not-found" : errors.includes("ETIMEOUT") ? "dns-timeout" : "dns-error", errors.join(" "));
  }
  const texts = answers.flatMap((answer) => ("texts" in answer ? answer.texts : []));
  if (texts.length === 0) return unresolved("dns-nodata", "no addresses");
  if (texts.length > mostAddresses) return unresolved("dns-too-many", `${texts.length} addresses`);
  const addresses = texts.map(parseAddress);
  if (!addresses.every((address) => address !== undefined)) return unresolved("dns-error", "an answer that is no address");
  return { outcome: "resolved", addresses };
}

function unresolved(rule: Extract<Lookup, { outcome: "unresolved" }>["rule"], detail: string): Lookup {
  return { outcome: "unresolved", rule, detail };
}
