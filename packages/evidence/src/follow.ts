import { setTimeout as sleep } from "node:timers/promises";
import { matches } from "./call-view.ts";
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
 * Throws `EvidenceUnavailable` where there is no database to read. One that takes the place of the first is not followed.
 */
export async function* followCalls(file: string, filter: CallFilter, options: { readonly signal: AbortSignal }): AsyncGenerator<CallView, void> {
  const reader = openReader(file);
  try {
    yield* follow(reader, filter, options.signal);
  } finally {
    reader.close();
  }
}

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
    const changed = reader.version() !== version;
    version = reader.version();
    const ended: CallView[] = [];
    for (const [call, state] of open) {
      const waited = !state.shown && now - state.since > patienceMs;
      if (!changed && !waited) continue;
      const [view] = reader.calls({ call });
      if (view === undefined || (view.outcome === "unfinished" && !waited)) continue;
      if (view.outcome === "unfinished") state.shown = true;
      else open.delete(call);
      ended.push(view);
    }
    for (const view of changed ? reader.calls({ ...fixed, after: seen }) : []) {
      seen = view.index;
      if (view.outcome === "unfinished") open.set(view.call, { since: now, shown: false });
      else ended.push(view);
    }
    yield* ended.filter((view) => matches(asked, view));
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
