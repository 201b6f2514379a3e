import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Progress } from "../src/index.ts";
import { createProgress } from "../src/progress.ts";
import { createSlots } from "../src/slots.ts";
import { startDeadline } from "../src/deadline.ts";

describe("progress", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("sends the first at once, then at most one per 100 ms, and the last one before the answer", async () => {
    const sent: Progress[] = [];
    const progress = createProgress((each) => sent.push(each));
    for (let step = 1; step <= 25; step += 1) {
      progress.report(step, 25);
      vi.advanceTimersByTime(10);
    }
    expect(sent.map((each) => each.progress)).toEqual([1, 11, 21]);
    await progress.finish();
    expect(sent.at(-1)).toEqual({ progress: 25, total: 25 });
  });

  it("never falls and is never no number", () => {
    const sent: Progress[] = [];
    const progress = createProgress((each) => sent.push(each));
    for (const step of [3, 3, 2, Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      progress.report(step);
      vi.advanceTimersByTime(200);
    }
    expect(sent.map((each) => each.progress)).toEqual([3]);
  });

  it("keeps the answer out of the turn of the last one", async () => {
    const order: string[] = [];
    const progress = createProgress(() => order.push("progress"));
    progress.report(1);
    setImmediate(() => order.push("next turn"));
    await progress.finish();
    order.push("answer");
    expect(order).toEqual(["progress", "next turn", "answer"]);
  });

  it("of a client that did not ask costs nothing and waits for nothing", () => {
    const progress = createProgress(undefined);
    progress.report(1);
    expect(progress.finish()).toBeUndefined();
  });
});

describe("places for running calls", () => {
  const never = new AbortController().signal;

  it("are given in the order of asking, and each is given back once", async () => {
    const slots = createSlots(1, 10);
    const first = slots.enter("ada", never);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (each) => {
      const place = await slots.enter("ada", never);
      order.push(each);
      return place;
    });
    if (typeof first !== "function") throw new Error("no place");
    first();
    first();
    await waiting[0];
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([1]);
    for (const each of waiting) {
      const place = await each;
      if (typeof place === "function") place();
    }
    expect(order).toEqual([1, 2, 3]);
  });

  it("are not lost with a caller that left the queue", async () => {
    const slots = createSlots(1, 1);
    const first = slots.enter("ada", never);
    const leaving = new AbortController();
    const gone = slots.enter("ada", leaving.signal);
    expect(slots.enter("ada", never)).toBe("busy");
    leaving.abort();
    expect(await gone).toBe("aborted");
    const next = slots.enter("ada", never);
    if (typeof first === "function") first();
    expect(typeof (await next)).toBe("function");
    expect(await createSlots(0, 1).enter("ada", AbortSignal.abort())).toBe("aborted");
  });
});

describe("places among several callers (P2)", () => {
  const never = new AbortController().signal;

  it("go round: who has asked for many waits behind who has asked for one", async () => {
    const slots = createSlots(1, 10);
    const first = slots.enter("ada", never);
    const order: string[] = [];
    const asking = ["ada", "ada", "ada", "bob"].map(async (caller) => {
      const place = await slots.enter(caller, never);
      order.push(caller);
      if (typeof place === "function") place();
    });
    if (typeof first === "function") first();
    await Promise.all(asking);
    expect(order).toEqual(["ada", "bob", "ada", "ada"]);
  });

  it("are never all one caller's where the limit for each is less than all of them", async () => {
    const slots = createSlots(4, 10, 3);
    const taken = [1, 2, 3].map(() => slots.enter("ada", never));
    expect(taken.every((place) => typeof place === "function")).toBe(true);
    const fourth = slots.enter("ada", never);
    expect(fourth).toBeInstanceOf(Promise);
    expect(typeof slots.enter("bob", never)).toBe("function");
    const [back] = taken;
    if (typeof back === "function") back();
    expect(typeof (await fourth)).toBe("function");
  });

  it("are not waited for without end", async () => {
    const slots = createSlots(1, 10, 1, 20);
    const first = slots.enter("ada", never);
    expect(await slots.enter("bob", never)).toBe("late");
    const next = slots.enter("bob", never);
    if (typeof first === "function") first();
    expect(typeof (await next)).toBe("function");
  });

  it("a full queue is full for its caller, and not for the next", () => {
    const slots = createSlots(0, 2);
    expect([slots.enter("ada", never), slots.enter("ada", never)].every((place) => place instanceof Promise)).toBe(true);
    expect(slots.enter("ada", never)).toBe("busy");
    expect(slots.enter("bob", never)).toBeInstanceOf(Promise);
  });
});

describe("a deadline", () => {
  it("says whether time or the caller ended the call, and the first counts", async () => {
    const caller = new AbortController();
    const timed = startDeadline(5, [caller.signal]);
    await new Promise((resolve) => timed.signal.addEventListener("abort", resolve));
    caller.abort();
    expect(timed.stopped()).toBe("deadline");

    const cancelled = startDeadline(60_000, [caller.signal]);
    expect(cancelled.signal.aborted).toBe(true);
    expect(cancelled.stopped()).toBe("cancelled");
    cancelled.end();
  });

  it("that ended leaves no timer and no listener behind", () => {
    const caller = new AbortController();
    const deadline = startDeadline(60_000, [caller.signal]);
    deadline.end();
    caller.abort();
    expect(deadline.stopped()).toBeUndefined();
  });
});
