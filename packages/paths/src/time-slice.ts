import { setImmediate } from "node:timers/promises";

/** Milliseconds of work between two turns of the event loop: other calls wait no longer than about this. */
const sliceMs = 5;

/** Cuts long synchronous work into slices, so that one caller's walk never holds up another caller's read. */
export class TimeSlice {
  /** The first slice is over at once, so that a caller who is late already is met before the work begins. */
  #until = 0;

  /** True when it is time to `pause`; cheap enough to ask at every step, and a single step can be slow. */
  get over(): boolean {
    return performance.now() >= this.#until;
  }

  /** Lets everything else that is ready run first. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#until = performance.now() + sliceMs;
  }
}
