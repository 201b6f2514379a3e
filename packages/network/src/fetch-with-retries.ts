import { setTimeout as pause } from "node:timers/promises";
import { Failure, LateDenial } from "@postern/policy";
import type { FetchChoice } from "./authority.ts";
import { type AllowedHop, decideHop } from "./decide-hop.ts";
import { deniedUrlMessage } from "./denied-url-message.ts";
import { fetchFrom, type UrlCard } from "./fetch-from.ts";
import type { Fetched } from "./guarded-fetch.ts";
import { urlRecord } from "./url-record.ts";

const passing = new Set([429, 502, 503, 504]);
const firstPauseMs = 250;
/** A host that asks for more is not waited for: the caller may come again. */
const longestPauseMs = 10_000;

/**
 * Reads a URL, and again as often as the card says (`retries`, 0 by default) where the connection failed or the host said
 * that it cannot answer now. Guarantees that every try is decided anew, from the name to the class of every address, and is
 * told; only requests that change nothing come here.
 */
export async function fetchWithRetries(first: AllowedHop, choice: FetchChoice, card: UrlCard): Promise<Fetched> {
  let hop = first;
  for (let left = card.scope.retries; ; left -= 1) {
    const tried = await fetchFrom(hop, choice, card).catch((error: unknown) => {
      if (left > 0 && error instanceof Failure && error.code === "net.connect") return undefined;
      throw error;
    });
    const wait = pauseBefore(card.scope.retries - left, tried);
    if (tried !== undefined && (left === 0 || wait === undefined)) return tried;
    await pause(wait ?? 0, undefined, { signal: choice.signal });
    hop = await again(first.target.url.href, choice, card);
  }
}

async function again(url: string, { signal, onRetry }: FetchChoice, { scope, settings, argument }: UrlCard): Promise<AllowedHop> {
  const hop = await decideHop(url, scope, settings, signal);
  onRetry?.(urlRecord(hop, { kind: "url", argument, raw: url, operation: "retry" }, scope));
  if (hop.outcome === "denied") throw new LateDenial(hop.code, deniedUrlMessage(hop, scope));
  return hop;
}

/** Milliseconds to wait; undefined: what came is the answer, and asking again would not change it. */
function pauseBefore(tries: number, tried: Fetched | undefined): number | undefined {
  // Not all who failed at once may come back at once.
  const own = firstPauseMs * 2 ** tries * (0.5 + Math.random());
  if (tried === undefined) return own;
  if (!passing.has(tried.status)) return undefined;
  const { "retry-after": header } = tried.headers;
  if (typeof header !== "string") return own;
  const asked = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return asked <= longestPauseMs ? Math.max(own, asked) : undefined;
}
