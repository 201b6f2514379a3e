/** What was measured: for each row each contestant's figures, one for a round. */
export class Samples {
  readonly #rows = new Map<string, Map<string, number[]>>();

  note(row: string, name: string, value: number): void {
    const figures = this.#rows.get(row) ?? new Map<string, number[]>();
    this.#rows.set(row, figures.set(name, [...(figures.get(name) ?? []), value]));
  }

  of(row: string): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(this.#rows.get(row) ?? []);
  }
}
