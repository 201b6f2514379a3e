import { LateDenial } from "@postern/policy";
import type { GivenRepo } from "./repo-scope.ts";

/** Milliseconds for which a repository that was looked at is taken for the same one. */
const trustedMs = 60_000;

/**
 * Which repositories have shown to be those of their numbers, in this process. A name can be given to another repository at
 * any time, and most answers carry no number. Guarantees that a repository which the card names by number was seen under
 * that number a minute ago at most, before it is asked for anything.
 *
 * Hole: within that minute a name that changes hands is noticed only by answers that carry the number.
 */
export class IdentityPins {
  readonly #seen = new Map<string, number>();

  /** `look` asks for the repository itself, and throws where another one answers. */
  async prove(api: string, { key, id }: GivenRepo, look: () => Promise<unknown>): Promise<void> {
    if (id === undefined) return;
    const name = `${api} ${key} ${id}`;
    const now = performance.now();
    if (now - (this.#seen.get(name) ?? -Infinity) < trustedMs) return;
    const found = await look();
    if (typeof found !== "object" || found === null || !("id" in found) || found.id !== id) {
      throw new LateDenial("repo.identity", "The host has another repository under this name than the card means.");
    }
    this.#seen.set(name, now);
  }
}
