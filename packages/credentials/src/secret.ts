import { inspect } from "node:util";

const shown = "[secret]";

/**
 * A secret value. Guarantees that no common way of turning an object into text or into another object carries it: not
 * templates and concatenation, not `JSON.stringify`, not `util.inspect` with any option (so not console, not assertion
 * messages), not `structuredClone` and `postMessage`, not spread, keys or entries.
 *
 * Holes: what `reveal` returned is an ordinary string. JavaScript strings cannot be wiped, so the value stays in the
 * heap until it is collected, and a heap snapshot, a core dump or a debugger shows it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    if (value === "") throw new RangeError("an empty secret is none");
    this.#value = value;
  }

  /** The value itself, for the one place that puts it into a request. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
