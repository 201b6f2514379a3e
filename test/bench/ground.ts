import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Contestant } from "./contestants.ts";

/** Names in one directory: directories of many thousands would slow the last calls down, and the fastest server most. */
const namesEach = 500;

/** What one contestant has to itself, over all rounds: where it may work, its files beside that, and names that no call had before. */
export class Ground {
  readonly root: string;
  readonly evidence: string;
  readonly policy: string;
  readonly #counts = new Map<string, number>();

  constructor(place: string, contestant: Contestant, root = join(place, directoryOf(contestant))) {
    this.root = root;
    this.evidence = join(place, `${directoryOf(contestant)}.db`);
    this.policy = join(place, `${directoryOf(contestant)}.yaml`);
    // a policy that others may write is refused.
    if (contestant.policy !== undefined) writeFileSync(this.policy, contestant.policy(root), { mode: 0o600 });
  }

  /** The number of the next call of a row: each is given once, whatever the round and the session. */
  next(row: string): number {
    const number = this.last(row) + 1;
    this.#counts.set(row, number);
    return number;
  }

  /** The number that the last call of a row was given; -1 before the first. */
  last(row: string): number {
    return this.#counts.get(row) ?? -1;
  }

  /**
   * A path that does not exist and never did, in a directory that does: made by the client, once in so many calls of whichever server.
   * Nothing is removed before the run ends: ext4 without a journal makes new files slowly for minutes after others were deleted.
   */
  fresh(row: string): string {
    const number = this.next(row);
    const path = this.#pathOf(row, number);
    if (number % namesEach === 0) mkdirSync(dirname(path));
    return path;
  }

  /** The path that `fresh` gave last. */
  latest(row: string): string {
    return this.#pathOf(row, this.last(row));
  }

  #pathOf(row: string, number: number): string {
    return join(this.root, `${row}-${Math.floor(number / namesEach)}`, `${row}-${number}`);
  }
}

function directoryOf({ name }: Contestant): string {
  return name.replaceAll(/[^a-z0-9.]+/g, "-");
}
