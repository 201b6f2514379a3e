import { describe, expect, it } from "vitest";
import { byteOrder, byteOrderInSlices } from "../src/byte-order.ts";
import { sortInSlices } from "../src/sort-in-slices.ts";

const patient = new AbortController().signal;
const shuffled = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => (index * 7919) % count);

describe("sortInSlices", () => {
  it.each([0, 1, 2, 255, 256, 257, 1_000, 5_000])("orders %i items as a sort at once does, equal ones as they came", async (count) => {
    const items = shuffled(count).map((value, place) => ({ value: value % 97, place }));
    const sorted = await sortInSlices(items, { keyOf: ({ value }) => value, compare: (left, right) => left - right }, patient);
    expect(sorted).toEqual(items.toSorted((left, right) => left.value - right.value));
  });

  it("orders names by their bytes, as byteOrder does", async () => {
    const names = shuffled(1_000).map((value) => `${["\u{1f600}", "\uffee", "a", "\u0001"][value % 4]}${value}`);
    const bytes = names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    expect(await byteOrderInSlices(names, (name) => name, patient)).toEqual(bytes);
    expect(byteOrder(names, (name) => name)).toEqual(bytes);
  });

  it("leaves the event loop to others, and stops when the call is cancelled (N5)", async () => {
    const slow = (left: number, right: number): number => {
      for (const until = performance.now() + 0.005; performance.now() < until; );
      return left - right;
    };
    const canceling = new AbortController();
    let turns = 0;
    const ticker = setInterval(() => {
      turns += 1;
      if (turns === 10) canceling.abort(new Error("cancelled"));
    }, 1);
    const sorting = sortInSlices(shuffled(100_000), { keyOf: (value) => value, compare: slow }, canceling.signal);
    await expect(sorting).rejects.toThrow("cancelled");
    clearInterval(ticker);
    expect(turns).toBeLessThan(20);
  });
});
