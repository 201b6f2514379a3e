import { eventLeaf } from "./leaf.ts";
import { readBoot } from "./leaf-body.ts";
import { isGone, type ProcessIdentity } from "./process-identity.ts";
import type { Projection } from "./projection.ts";
import type { Store } from "./store.ts";

interface OpenCall {
  readonly seq: number;
  readonly call: string;
  readonly boot: number;
  readonly time: number;
}

/**
 * The leaves that tell of calls whose process is gone: their outcome is unknown for good. Belongs in a transaction of
 * its own right; brings the projection up to date first, since that is where open calls are found. What such a call
 * reserved stays taken: nobody knows what it used.
 */
export function recoveredLeaves(store: Store, projection: Projection, here: ProcessIdentity, now: number): readonly Buffer[] {
  while (projection.advance(1024) > 0);
  const open = store.database.prepare<OpenCall>("SELECT seq, call, boot, time FROM call WHERE ended IS NULL AND decision = 1 ORDER BY seq").all();
  const booted = new Map<number, ProcessIdentity | undefined>();
  const time = Math.round(now * 1000);
  return open
    .filter((call) => {
      if (!booted.has(call.boot)) booted.set(call.boot, readBoot(store.leaf(call.boot))?.process);
      const process = booted.get(call.boot);
      return process !== undefined && isGone(process, here, now - call.time / 1000);
    })
    .map((call) => eventLeaf("recovered", time, { boot: call.boot, call: call.call, of: call.seq }));
}
