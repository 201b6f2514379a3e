import { describe, expect, test } from "vitest";
import { LargeAnswers } from "../src/large-answers.ts";

const patient = new AbortController().signal;

describe("places for large answers", () => {
  test("are given in order, once for each call, and given back", async () => {
    const answers = new LargeAnswers(1);
    const order: string[] = [];
    const first = answers.place(patient);
    await first.enter();
    await first.enter();
    const second = answers.place(patient);
    const third = answers.place(patient);
    const entering = [second.enter().then(() => order.push("second")), third.enter().then(() => order.push("third"))];
    answers.place(patient)[Symbol.dispose]();
    expect(order).toEqual([]);
    first[Symbol.dispose]();
    await entering[0];
    expect(order).toEqual(["second"]);
    second[Symbol.dispose]();
    await Promise.all(entering);
    expect(order).toEqual(["second", "third"]);
  });

  test("are not waited for by calls that were stopped, which take none with them", async () => {
    const answers = new LargeAnswers(1);
    const first = answers.place(patient);
    await first.enter();
    const stop = new AbortController();
    const stopped = answers.place(stop.signal);
    const waiting = stopped.enter();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    stopped[Symbol.dispose]();
    first[Symbol.dispose]();
    const next = answers.place(patient);
    await next.enter();
    next[Symbol.dispose]();
  });
});
