/** Why a running call has to stop. */
export type Stop = "deadline" | "cancelled";

/** One call's clock: aborts by itself at the deadline, or when any of its sources does. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Calls back once when it stops. Cheaper than a listener on `signal`. */
  onStop(callback: () => void): void;
  /** Set once `signal` is aborted. */
  stopped(): Stop | undefined;
  /** Stops the clock; `signal` stays as it is. */
  end(): void;
}

export function startDeadline(milliseconds: number, sources: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let stop: Stop | undefined;
  let told: (() => void) | undefined;
  const halt = (reason: Stop): void => {
    if (stop !== undefined) return;
    stop = reason;
    told?.();
    controller.abort(new DOMException(reason === "deadline" ? "The call's deadline has passed." : "The call was cancelled.", "AbortError"));
  };
  const cancel = (): void => halt("cancelled");
  const timer = setTimeout(() => halt("deadline"), milliseconds);
  for (const source of sources) {
    if (source.aborted) cancel();
    else source.addEventListener("abort", cancel, { once: true });
  }
  return {
    signal: controller.signal,
    at: Date.now() + milliseconds,
    onStop(callback) {
      told = callback;
    },
    stopped: () => stop,
    end() {
      clearTimeout(timer);
      for (const source of sources) source.removeEventListener("abort", cancel);
    },
  };
}
