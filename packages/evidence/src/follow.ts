import { setTimeout as sleep } from "node:timers/promises";
import { matches } from "./call-view.ts";
import { EvidenceUnavailable } from "./evidence-log.ts";
import { openReader, type Reader } from "./query.ts";
import type { CallFilter, CallView } from "./record.ts";

const pollMs = 150;
// a call that takes longer is shown while it still runs, and once more when it ended
const patienceMs = 5000;

/**
 * Yields calls as they end, denied ones at once. Starts with those after `filter.after`, or else with the newest
 * `filter.limit` that there are (absent: none of them), and goes on until `signal` aborts, which ends the iteration quietly. A call that is
 * still open after five seconds comes as `unfinished`, and again when its outcome is known.
 *
 * Throws `EvidenceUnavailable` where there is no database to read. When another database takes its place, what the first
 * one still told is yielded, and then all of the new one from its first call on; it is waited for, without a limit, while
 * there is none or none that can be read yet.
 */
export async function* followCalls(file: string, filter: CallFilter, options: { readonly signal: AbortSignal }): AsyncGenerator<CallView, void> {
  let reader: Reader | undefined = openReader(file);
  let asked = filter;
  while (reader !== undefined) {
    try {
      yield* follow(reader, asked, options.signal);
    } catch (error) {
      // what is left of a database that went need not be readable.
      if (reader.stands()) throw error;
    } finally {
      reader.close();
    }
    const { limit: _limit, ...rest } = filter;
    asked = { ...rest, after: -1 };
    reader = await successor(file, options.signal);
  }
}

/** The database that took the place of the one that went, once it can be read; undefined: nobody waits any more. */
async function successor(file: string, signal: AbortSignal): Promise<Reader | undefined> {
  while (!signal.aborted) {
    try {
      return openReader(file);
    } catch (error) {
      if (!(error instanceof EvidenceUnavailable)) throw error;
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Ends when the signal aborts, or after the last calls of a database that another one, or none, took the place of. */
async function* follow(reader: Reader, filter: CallFilter, signal: AbortSignal): AsyncGenerator<CallView, void> {
  const { limit, after, ...asked } = filter;
  // what a call's outcome decides cannot be asked before there is one
  const { outcome: _outcome, unfinished: _unfinished, code: _code, ...fixed } = asked;
  const open = new Map<string, { readonly since: number; shown: boolean }>();
  let seen = after ?? reader.calls({ limit: 1 })[0]?.index ?? -1;
  if (after === undefined) {
    for (const view of reader.calls({ ...fixed, unfinished: true })) {
      if (view.outcome === "unfinished" && view.index <= seen) open.set(view.call, { since: 0, shown: true });
    }
    if (limit !== undefined) yield* reader.calls({ ...asked, limit }).filter((view) => view.index <= seen);
  }
  let version = -1;
  while (!signal.aborted) {
    const now = performance.now();
    const stands = reader.stands();
    const changed = !stands || reader.version() !== version;
    version = reader.version();
    const ended: CallView[] = [];
    for (const [call, state] of open) {
      const waited = !state.shown && (!stands || now - state.since > patienceMs);
      if (!changed && !waited) continue;
      const [view] = reader.calls({ call });
      if (view === undefined || (view.outcome === "unfinished" && !waited)) continue;
      if (view.outcome === "unfinished") state.shown = true;
      else open.delete(call);
      ended.push(view);
    }
    for (const view of changed ? reader.calls({ ...fixed, after: seen }) : []) {
      seen = view.index;
      if (view.outcome === "unfinished" && stands) open.set(view.call, { since: now, shown: false });
      else ended.push(view);
    }
    yield* ended.filter((view) => matches(asked, view));
    if (!stands) return;
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
