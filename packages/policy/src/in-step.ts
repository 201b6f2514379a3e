/**
 * Runs steps that yield values or promises of them. Stays synchronous until the first promise, so that kinds which
 * answer at once (paths) cost no trip through the event loop; after it, goes on as a promise. What a step rejects with
 * is thrown into the generator, whose `finally` blocks therefore always run.
 */
export function inStep<Value, Result>(steps: Generator<Value | Promise<Value>, Result, Value>): Result | Promise<Result> {
  let turn = steps.next();
  while (turn.done !== true) {
    if (turn.value instanceof Promise) return later(steps, turn.value);
    turn = steps.next(turn.value);
  }
  return turn.value;
}

async function later<Value, Result>(steps: Generator<Value | Promise<Value>, Result, Value>, first: Promise<Value>): Promise<Result> {
  let waiting: Value | Promise<Value> = first;
  for (;;) {
    // The steps are taken outside the try: what they throw themselves must not be thrown into them again.
    const settled: { value: Value } | { error: unknown } = await Promise.resolve(waiting).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const turn: IteratorResult<Value | Promise<Value>, Result> = "error" in settled ? steps.throw(settled.error) : steps.next(settled.value);
    if (turn.done === true) return turn.value;
    waiting = turn.value;
  }
}
