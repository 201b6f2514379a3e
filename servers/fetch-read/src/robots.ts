import { type HopAuthority, RedirectDenied } from "@postern/network";
import { LateDenial } from "@postern/policy";
import type { CallContext } from "@postern/runtime";
import { BoundedStore } from "./bounded-store.ts";
import { askRobots, readRobots, type RobotsRules } from "./robots-rules.ts";
import { userAgent } from "./user-agent.ts";

/** Bytes. A program that obeys has to read 500 KiB (RFC 9309 §2.5). */
const largest = 512 * 1024;
/** Milliseconds for the file, its redirects included. */
const patience = 10_000;
/** Milliseconds for which an answer is kept, and the lack of one. The RFC allows a day (§2.4). */
const kept = { answer: 60 * 60_000, failure: 60_000 } as const;

/** What a host answered: rules, or why all of it counts as disallowed. */
type Answered = RobotsRules | { readonly unread: string };

const everything: RobotsRules = { rules: [] };

export type RobotsCall = Pick<CallContext, "partition" | "signal" | "found">;

/**
 * Asks the robots.txt of each origin before anything else is asked there (RFC 9309), under the same card. A missing one (4xx)
 * allows; one that cannot be read (an error of the server, no connection, a redirect out of the card, no text, more than
 * 512 KiB) disallows, since what it says is not known: also not what a part of it says, whose rest may be about us.
 */
export class RobotsGate {
  readonly #known = new BoundedStore<Answered>({ partition: 16 * 1024 * 1024, total: 64 * 1024 * 1024, entries: 1024 });
  /** Being fetched: calls that come meanwhile wait for the same answer. */
  readonly #asked = new Map<string, Promise<Answered>>();

  /** Throws `net.robots` where the origin asks to stay away from the URL. */
  async pass(hop: HopAuthority, call: RobotsCall): Promise<void> {
    const { url } = hop;
    const answered = await this.#answerOf(hop, call);
    const answer = "unread" in answered ? undefined : askRobots(answered, url);
    if (answer?.allow === true) return;
    call.found({
      kind: "url",
      argument: "url",
      raw: url.href,
      operation: "robots",
      decision: "deny",
      code: "net.robots",
      rule: "robots",
      canonical: url.href,
      host: url.hostname,
      ...laneOf(hop),
    });
    throw new LateDenial("net.robots", `The robots.txt of ${url.origin} ${whyNot(answered, answer?.line)}; the operator can set robots: ignore in the card.`);
  }

  async #answerOf(hop: HopAuthority, call: RobotsCall): Promise<Answered> {
    const { origin } = hop.url;
    const key = JSON.stringify([call.partition, origin]);
    for (;;) {
      const known = this.#known.get(call.partition, origin);
      if (known !== undefined) return known;
      const asked = this.#asked.get(key);
      if (asked === undefined) return this.#ask(hop, call, key);
      try {
        return await untilAborted(asked, call.signal);
      } catch {
        // The call that fetched it was cancelled: the next one in line fetches it itself.
        call.signal.throwIfAborted();
      }
    }
  }

  async #ask(hop: HopAuthority, call: RobotsCall, key: string): Promise<Answered> {
    const asking = fetchRobots(hop, call);
    this.#asked.set(key, asking);
    try {
      const answered = await asking;
      const failed = "unread" in answered;
      const weight = failed ? 1 : 1 + answered.rules.reduce((sum, { length }) => sum + length + 100, 0);
      this.#known.set(call.partition, hop.url.origin, answered, { weight, ms: failed ? kept.failure : kept.answer });
      return answered;
    } finally {
      this.#asked.delete(key);
    }
  }
}

function laneOf({ lane }: HopAuthority): { readonly lane?: string } {
  return lane === undefined ? {} : { lane };
}

async function fetchRobots(hop: HopAuthority, { signal, found }: RobotsCall): Promise<Answered> {
  const url = `${hop.url.origin}/robots.txt`;
  found({ kind: "url", argument: "url", raw: url, operation: "robots", decision: "allow", canonical: url, host: hop.url.hostname, ...laneOf(hop) });
  try {
    const { status, headers, body } = await hop.fetch("/robots.txt", {
      method: "GET",
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      mostBytes: largest,
      headers: { accept: "text/plain, */*;q=0.5", "user-agent": userAgent },
      onRedirect: found,
    });
    if (status >= 400 && status < 500) return everything;
    if (status < 200 || status >= 300) return { unread: `status ${status}` };
    const type = headers["content-type"];
    if ((typeof type === "string" && !/^\s*(?:text\/|application\/octet-stream)/i.test(type)) || body.subarray(0, 1024).includes(0))
      return { unread: "no text" };
    return readRobots(new TextDecoder().decode(body));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LateDenial) {
      if (error.code !== "net.redirect") throw error;
      return { unread: whyLost(error.cause) };
    }
    const { code } = error as { readonly code?: unknown };
    return { unread: code === "net.too_large" ? "it is larger than 512 KiB" : "the host gives no answer" };
  }
}

/** What the host asked for, and what it is only taken for, are told apart. */
function whyNot(answered: Answered, line: number | undefined): string {
  if ("unread" in answered) return `cannot be read (${answered.unread}), which counts as a no for all URLs of the host`;
  if (line === undefined) return "takes too long to compare with this URL, which counts as a no: the host may not have asked for it. Other URLs may be open";
  return `asks programs to stay away from this URL (line ${line}). Other URLs may be open`;
}

function whyLost(cause: unknown): string {
  const rule = cause instanceof RedirectDenied ? cause.rule : "";
  if (rule === "redirect-limit") return "it redirects in a circle, or too often";
  if (rule === "redirect-ambiguous" || rule === "redirect-unreadable") return "its redirect cannot be read without doubt";
  if (rule === "approval") return "it leads to another origin than the human was shown";
  return rule === "downgrade" ? "it leads from https to http" : "it leads where the card does not";
}

function untilAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    waiting.finally(() => signal.removeEventListener("abort", leave)).then(resolve, reject);
  });
}
