import { expect, test } from "vitest";
import { InFlight, type Place } from "../src/http/in-flight.ts";
import { Sessions } from "../src/http/sessions.ts";

const mebibyte = 1024 * 1024;
const each = { requests: 512, bytes: 64 * mebibyte };
const all = { requests: 1_024, bytes: 192 * mebibyte };
const said = { client: null, protocol: null, asks: false };
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, place) => `greedy ${place}`);

/** All the places that a caller gets. */
function taken(inFlight: InFlight, caller: string): readonly Place[] {
  const places: Place[] = [];
  for (let place = inFlight.enter(caller); place !== undefined; place = inFlight.enter(caller)) places.push(place);
  return places;
}

test.each([1, 2, 6, 12, 100])("%d callers that take every place they get leave one for the next (S5)", (greedy) => {
  const inFlight = new InFlight(each, all);
  const places = names(greedy).map((caller) => taken(inFlight, caller));
  for (const got of places) expect(got.length).toBeGreaterThan(0);
  const next = inFlight.enter("the next");
  expect(next?.take(1024)).toBe(true);
  // what is given back is everybody's again
  for (const place of places.flat()) place.leave();
  next?.leave();
  expect([inFlight.requests, taken(inFlight, "alone").length]).toEqual([0, 448]);
});

test.each([1, 2, 6, 40])("%d callers that fill all the room they get for bytes leave some for a call of the usual size (S5)", (greedy) => {
  const inFlight = new InFlight(each, all);
  let held = 0;
  for (const caller of names(greedy)) {
    const place = inFlight.enter(caller);
    while (place?.take(mebibyte) === true) held += mebibyte;
    // an answer that nobody reads is counted when it is made
    place?.hold(8 * mebibyte);
    expect(place?.room()).toBeInstanceOf(Promise);
  }
  expect(held).toBeLessThanOrEqual(all.bytes);
  const next = inFlight.enter("the next");
  expect([next?.take(32 * 1024), next?.room()]).toEqual([true, undefined]);
});

test.each([1, 8, 14])("%d callers that begin every session they get leave one for the next, and keep their latest (S5)", async (greedy) => {
  const sessions = new Sessions();
  const latest = new Map<string, string>();
  for (const owner of names(greedy)) {
    for (let round = 0; round < 520; round += 1) {
      const { id } = (await sessions.begin(owner, said)) ?? expect.unreachable(`${owner} in round ${round}`);
      latest.set(owner, id);
    }
  }
  const next = (await sessions.begin("the next", said)) ?? expect.unreachable("the next has none");
  expect(await sessions.find(next.id, "the next")).toBe(next);
  for (const [owner, id] of latest) expect(await sessions.find(id, owner)).toMatchObject({ owner });
});
