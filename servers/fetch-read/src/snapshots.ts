import { BoundedStore } from "./bounded-store.ts";
import type { PageText } from "./page-text.ts";

/** How a page is to be read: what is asked of the same URL in another way is another text. */
export type Reading = "page" | "raw" | "article";

export interface Snapshot {
  readonly read: PageText;
  /** The URL that answered. */
  readonly source: string;
  readonly at: Date;
}

/** Milliseconds for which the rest of a text is kept. */
const kept = 5 * 60_000;
/** UTF-16 units. */
const most = { partition: 8 * 1024 * 1024, total: 64 * 1024 * 1024, entries: 4096 };

/**
 * Texts that were too long for one answer, so that their pages are all of one moment and are fetched once. Guarantees, as the
 * store does, that a text is given only under the partition that it was fetched under: to the same caller, by the same
 * card of the same policy.
 */
export class Snapshots {
  readonly #store: BoundedStore<Snapshot>;

  constructor(now?: () => number) {
    this.#store = new BoundedStore(most, now);
  }

  find(partition: string, url: string, reading: Reading): Snapshot | undefined {
    return this.#store.get(partition, nameOf(url, reading));
  }

  keep(partition: string, url: string, reading: Reading, snapshot: Snapshot): void {
    this.#store.set(partition, nameOf(url, reading), snapshot, { weight: snapshot.read.text.length, ms: kept });
  }

  /** A text that is fetched anew has no pages of an older one. */
  forget(partition: string, url: string, reading: Reading): void {
    this.#store.delete(partition, nameOf(url, reading));
  }
}

function nameOf(url: string, reading: Reading): string {
  return `${reading} ${url}`;
}
