import type { Progress } from "./guard-request.ts";

/** Milliseconds between two notifications of one call. */
const interval = 100;

/** Passes a handler's progress on to the client: rising values only (the specification asks for it), and not too often. */
export interface ProgressReporter {
  report(done: number, total?: number, message?: string): void;
  /**
   * Sends what was held back. Resolves when the answer may follow: clients were measured to lose a notification that
   * comes in the same chunk as its call's answer.
   */
  finish(): Promise<void> | undefined;
}

export function createProgress(send: ((progress: Progress) => void) | undefined): ProgressReporter {
  if (send === undefined) return { report: () => undefined, finish: () => undefined };
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let held: Progress | undefined;
  let fresh = false;

  function emit(progress: Progress): void {
    held = undefined;
    sentAt = performance.now();
    fresh = true;
    setImmediate(() => {
      fresh = false;
    });
    send?.(progress);
  }

  return {
    report(done, total, message) {
      if (!Number.isFinite(done) || done <= last) return;
      last = done;
      const progress: Progress = {
        progress: done,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
      };
      if (performance.now() - sentAt >= interval) emit(progress);
      else held = progress;
    },
    finish() {
      if (held !== undefined) emit(held);
      return fresh ? new Promise((resolve) => setImmediate(resolve)) : undefined;
    },
  };
}
