import { Turns } from "./turns.ts";

/** A place that an answer takes when it turns out to be large. */
export interface LargePlace extends Disposable {
  /** Bytes up to which it needs none. */
  readonly from: number;
  enter(): Promise<void>;
}

const from = 1024 * 1024;

/**
 * Bounds how many large answers are in memory at once: one takes many times its length, as bytes, as text, as Markdown and as JSON.
 * Whoever comes after waits with what it has read, first come, first served; small answers never wait.
 */
export class LargeAnswers {
  readonly #turns: Turns;

  constructor(most: number) {
    this.#turns = new Turns(most);
  }

  /** For one call. Held from the first large answer on until it is disposed of. */
  place(signal: AbortSignal): LargePlace {
    let turn: Promise<Disposable> | undefined;
    const turns = this.#turns;
    return {
      from,
      async enter() {
        turn ??= turns.enter(signal);
        await turn;
      },
      [Symbol.dispose]() {
        // A call that was stopped while it waited has nothing to give back.
        void turn?.then(
          (held) => held[Symbol.dispose](),
          () => undefined,
        );
      },
    };
  }
}
