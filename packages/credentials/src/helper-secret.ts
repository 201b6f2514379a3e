import type { Found } from "./found.ts";

export interface HelperTimes {
  /** Milliseconds for which a secret is used before the helper is asked again. */
  readonly keepMs: number;
  /** Milliseconds for which a failure stands: every call would start the helper otherwise. */
  readonly retryMs: number;
}

export const helperTimes: HelperTimes = { keepMs: 300_000, retryMs: 3_000 };

/**
 * Keeps what a helper gives for a while. One run at a time, whoever asks meanwhile waits for that one. A caller that gives
 * up, by its signal, does not end the run for the others.
 */
export function keepHelperSecret(run: () => Promise<Found>, { keepMs, retryMs }: HelperTimes = helperTimes): (signal: AbortSignal) => Promise<Found> {
  let kept: { readonly found: Found; readonly until: number } | undefined;
  let running: Promise<Found> | undefined;

  async function ask(): Promise<Found> {
    try {
      const found = await run();
      kept = { found, until: performance.now() + (found.found ? keepMs : retryMs) };
      return found;
    } finally {
      running = undefined;
    }
  }

  return async (signal) => {
    signal.throwIfAborted();
    if (kept !== undefined && performance.now() < kept.until) return kept.found;
    running ??= ask();
    return await unlessAborted(running, signal);
  };
}

async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
