import { describe, expect, it } from "vitest";
import { BoundedStore } from "../src/bounded-store.ts";

const limits = { partition: 10, total: 25, entries: 5 };
const keep = { weight: 4, ms: 100 };

describe("what is kept for later calls", () => {
  it("is given to the partition that it was kept for and to no other (P2)", () => {
    const store = new BoundedStore<string>(limits);
    store.set("one", "page", "secret", keep);
    expect(store.get("one", "page")).toBe("secret");
    for (const [partition, name] of [
      ["two", "page"],
      ["", "page"],
      ['one","page', ""],
      ["on", "epage"],
    ] as const) {
      expect(store.get(partition, name)).toBeUndefined();
    }
  });

  it("is not given after its time", () => {
    let now = 0;
    const store = new BoundedStore<string>(limits, () => now);
    store.set("one", "page", "old", keep);
    now = 99;
    expect(store.get("one", "page")).toBe("old");
    now = 100;
    expect(store.get("one", "page")).toBeUndefined();
  });

  it("gives way within its partition first, what was not used for longest", () => {
    const store = new BoundedStore<string>(limits);
    store.set("two", "x", "x", keep);
    store.set("one", "a", "a", keep);
    store.set("one", "b", "b", keep);
    store.get("one", "a");
    store.set("one", "c", "c", keep);
    expect(["a", "b", "c"].map((name) => store.get("one", name))).toEqual(["a", undefined, "c"]);
    expect(store.get("two", "x")).toBe("x");
  });

  it("gives way for all partitions together, by weight and by number", () => {
    const store = new BoundedStore<string>(limits);
    for (const partition of ["1", "2", "3"]) store.set(partition, "page", partition, { weight: 10, ms: 100 });
    expect(["1", "2", "3"].map((partition) => store.get(partition, "page"))).toEqual([undefined, "2", "3"]);
    const many = new BoundedStore<string>(limits);
    for (const partition of ["1", "2", "3", "4", "5", "6"]) many.set(partition, "page", partition, { weight: 0, ms: 100 });
    expect(["1", "2", "6"].map((partition) => many.get(partition, "page"))).toEqual([undefined, "2", "6"]);
  });

  it("is replaced by its name, and not kept where it is heavier than a partition may be", () => {
    const store = new BoundedStore<string>(limits);
    for (let turn = 0; turn < 100; turn += 1) store.set("one", "page", `${turn}`, { weight: 9, ms: 100 });
    expect(store.get("one", "page")).toBe("99");
    store.set("one", "page", "too heavy", { weight: 11, ms: 100 });
    expect(store.get("one", "page")).toBeUndefined();
  });
});
