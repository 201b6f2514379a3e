import type { OpenCard } from "./open-cards.ts";
import type { AnyTargetKind } from "./target-kind.ts";

interface View {
  readonly scopes: readonly unknown[];
  readonly lookup: (raw: unknown) => readonly number[];
}

/** The cards that may carry one principal's calls of one tool, in file order, with an index per kind built on first use. */
export class Candidates {
  readonly cards: readonly OpenCard[];
  readonly #views = new Map<AnyTargetKind, View>();

  constructor(cards: readonly OpenCard[]) {
    this.cards = cards;
  }

  /** Every candidate's scope of a kind, by position. */
  scopes(kind: AnyTargetKind): readonly unknown[] {
    return this.#view(kind).scopes;
  }

  /** Positions of the candidates that govern a raw value, narrowest only. */
  governing(kind: AnyTargetKind, raw: unknown): readonly number[] {
    return this.#view(kind).lookup(raw);
  }

  #view(kind: AnyTargetKind): View {
    const known = this.#views.get(kind);
    if (known !== undefined) return known;
    const scopes = Object.freeze(this.cards.map((open) => open.scopes.get(kind)));
    const view = { scopes, lookup: kind.index(scopes) };
    this.#views.set(kind, view);
    return view;
  }
}
