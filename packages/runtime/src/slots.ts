/** Bounds how many calls run and how many wait. First come, first served. */
export interface Slots {
  /**
   * Waits for a place. `busy`: too many wait already; `aborted`: the signal came first. Otherwise the function that
   * gives the place back; it may be called more than once and counts once.
   */
  enter(signal: AbortSignal): Promise<(() => void) | "aborted"> | (() => void) | "busy";
}

export function createSlots(running: number, waiting: number): Slots {
  let free = running;
  const queue = new Set<() => void>();

  function place(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = queue.values().next();
      if (next.done === true) free += 1;
      else next.value();
    };
  }

  return {
    enter(signal) {
      if (free > 0) {
        free -= 1;
        return place();
      }
      if (queue.size >= waiting) return "busy";
      return new Promise((resolve) => {
        const turn = (): void => {
          queue.delete(turn);
          signal.removeEventListener("abort", leave);
          resolve(place());
        };
        const leave = (): void => {
          queue.delete(turn);
          resolve("aborted");
        };
        queue.add(turn);
        if (signal.aborted) leave();
        else signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}
