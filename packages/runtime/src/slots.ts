/** Bounds how many calls run and how many wait. Each caller's calls come in their order, and callers take turns. */
export interface Slots {
  /**
   * Waits for a place. `busy`: too many wait already, of this caller or of all; `aborted`: the signal came first;
   * `late`: there was none for as long as a call may wait. Otherwise the function that gives the place back; it may be called more than once and counts once.
   */
  enter(caller: string, signal: AbortSignal): Promise<(() => void) | "aborted" | "late"> | (() => void) | "busy";
}

/** Milliseconds that a call waits at most: its client has mostly given up by then, and a change should not happen long after it was asked for. */
const longestWait = 60_000;

/** So many callers may have as many waiting as one alone may. */
const fullQueues = 4;

/**
 * `waiting` is for each caller: who fills its own queue fills nobody else's. So is `each`, of the places: where it is less
 * than all of them, calls that take long leave some for others.
 */
export function createSlots(running: number, waiting: number, each = running, waitMs = longestWait): Slots {
  let free = running;
  const taken = new Map<string, number>();
  let queued = 0;
  /** Callers that wait, the one whose turn is next first. */
  const queues = new Map<string, Set<() => void>>();

  function place(caller: string): () => void {
    let held = true;
    free -= 1;
    count(caller, 1);
    return () => {
      if (!held) return;
      held = false;
      free += 1;
      count(caller, -1);
      takeNext()?.();
    };
  }

  function count(caller: string, change: 1 | -1): void {
    const now = (taken.get(caller) ?? 0) + change;
    if (now === 0) taken.delete(caller);
    else taken.set(caller, now);
  }

  function mayTake(caller: string): boolean {
    return free > 0 && (taken.get(caller) ?? 0) < each;
  }

  function takeNext(): (() => void) | undefined {
    for (const [caller, queue] of queues) {
      const [turn] = queue;
      if (turn === undefined || !mayTake(caller)) continue;
      queues.delete(caller);
      leave(caller, queue, turn);
      return turn;
    }
    return undefined;
  }

  function leave(caller: string, queue: Set<() => void>, turn: () => void): void {
    if (queue.delete(turn)) queued -= 1;
    // to the end of the line, where others of its caller wait still.
    if (queue.size > 0) queues.set(caller, queue);
    else queues.delete(caller);
  }

  return {
    enter(caller, signal) {
      if (mayTake(caller)) return place(caller);
      const queue = queues.get(caller) ?? new Set();
      if (queue.size >= waiting || queued >= waiting * fullQueues) return "busy";
      return new Promise((resolve) => {
        const turn = (): void => {
          signal.removeEventListener("abort", giveUp);
          clearTimeout(patience);
          resolve(place(caller));
        };
        const giveUp = (): void => {
          leave(caller, queue, turn);
          signal.removeEventListener("abort", giveUp);
          clearTimeout(patience);
          resolve(signal.aborted ? "aborted" : "late");
        };
        const patience = setTimeout(giveUp, waitMs);
        queue.add(turn);
        queued += 1;
        if (!queues.has(caller)) queues.set(caller, queue);
        if (signal.aborted) giveUp();
        else signal.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
