import { expect, test } from "vitest";
import { inStep } from "../src/in-step.ts";

type Steps = Generator<number | Promise<number>, number, number>;

function* sum(values: readonly (number | Promise<number>)[], ended: { finally: boolean }): Steps {
  let total = 0;
  try {
    for (const value of values) total += yield value;
    return total;
  } finally {
    ended.finally = true;
  }
}

test.for([
  ["values alone", [1, 2, 3], false],
  ["nothing at all", [], false],
  ["a promise first", [Promise.resolve(1), 2, 3], true],
  ["a promise last", [1, 2, Promise.resolve(3)], true],
  ["promises only", [Promise.resolve(1), Promise.resolve(5)], true],
] as const)("answers at once with %s, and later only when it has to", async ([, values, later]) => {
  const ended = { finally: false };
  const answer = inStep(sum(values, ended));
  expect(answer instanceof Promise).toBe(later);
  expect(await answer).toBe(6 * Number(values.length > 0));
  expect(ended.finally).toBe(true);
});

test("throws a rejection into the steps, so that they can clean up, and rejects with it", async () => {
  const ended = { finally: false };
  await expect(inStep(sum([1, Promise.reject(new Error("no")), 3], ended))).rejects.toThrow("no");
  expect(ended.finally).toBe(true);
});

test("goes on when the steps catch a rejection", async () => {
  function* tolerant(): Steps {
    try {
      return yield Promise.reject(new Error("no"));
    } catch {
      return (yield 4) + (yield Promise.resolve(5));
    }
  }
  expect(await inStep(tolerant())).toBe(9);
});

test("does not throw an error of the steps into the steps again", async () => {
  let thrown = 0;
  function* failing(): Steps {
    try {
      yield Promise.resolve(1);
      throw new Error("mine");
    } catch (error) {
      thrown++;
      throw error;
    }
  }
  await expect(inStep(failing())).rejects.toThrow("mine");
  expect(thrown).toBe(1);
});
