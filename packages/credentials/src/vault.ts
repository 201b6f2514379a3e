import type { Found } from "./found.ts";
import { createScrubber, type Scrubber } from "./scrubber.ts";
import { readSource, type Source } from "./source.ts";

/**
 * What one process knows of secrets, longer than any policy of its: a variable is taken out of the environment once and
 * stays known when the policy is reloaded, and whatever was ever a lane's secret stays one for the scrubber.
 */
export class Vault {
  readonly scrubber: Scrubber = createScrubber();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #variables = new Map<string, Found>();

  /** The variables that are read are removed from `environment`. */
  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** Files are read anew each time; a variable too, where somebody set it again. */
  read(source: Source): Found {
    if (!("env" in source)) return readSource(source, this.#environment);
    const known = this.#variables.get(source.env);
    if (known !== undefined && this.#environment[source.env] === undefined) return known;
    const found = readSource(source, this.#environment);
    this.#variables.set(source.env, found);
    return found;
  }
}
