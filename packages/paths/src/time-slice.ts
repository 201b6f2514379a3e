import { setImmediate } from "node:timers/promises";

/** Milliseconds of work between two turns of the event loop: other calls wait no longer than about this. */
const sliceMs = 5;
/** Steps between two looks at the clock. */
const stride = 16;

/** Cuts long synchronous work into slices, so that one caller's walk never holds up another caller's read. */
export class TimeSlice {
  #until = performance.now() + sliceMs;
  #steps = 0;

  /** True when it is time to `pause`; cheap enough to ask at every step. */
  get over(): boolean {
    this.#steps += 1;
    return this.#steps % stride === 0 && performance.now() >= this.#until;
  }

  /** Lets everything else that is ready run first. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#until = performance.now() + sliceMs;
  }
}
