import type { RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { attacks, noCorpus } from "../../packages/network/test/corpus.ts";
import { expect } from "../expect.ts";
import { authority } from "../world/certificates.ts";
import { noIsolation } from "../world/isolation.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { answerBy, slowBodies, type ResponseInput } from "./answer-rows.ts";
import { startFetcher } from "./start-fetcher.ts";

/** What only a deadline ends, all at once: the calls' own one of 30 seconds, or that for headers. */
describe.skipIf(noIsolation !== "")(`answers that never end${noIsolation}`, () => {
  let world: World;
  const servers = new Map<string, RunningServer>();
  const cards = [
    ["any", '{ hosts: ["*"] }'],
    ["named", "{ hosts: [allowed.example] }"],
  ] as const;
  beforeAll(async () => {
    world = await startWorld();
    const network = `{ resolvers: ["127.0.0.1:53"], ca: [${JSON.stringify(authority)}] }`;
    for (const [card, targets] of cards) servers.set(card, await startFetcher({ world, network, cards: { [card]: targets } }));
    await world.script({
      names: { "allowed.example": { A: [publicOrigin] } },
      answers: Object.fromEntries(Object.keys(slowBodies).map((body, at) => [`/${at}`, answerBy({ body: body as keyof typeof slowBodies })])),
    });
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.close();
    await world[Symbol.asyncDispose]();
  });

  const rows = cards.flatMap(([card]) => Object.entries(slowBodies).map(([body, code], at) => ({ card, body, code, at })));
  test.concurrent.each(rows)("$body ends as $code, and others are answered meanwhile ($card) (U4, N5)", { timeout: 60_000 }, async ({ card, at, code }) => {
    const server = servers.get(card) ?? expect.unreachable(card);
    const began = performance.now();
    const slow = server.call("fetch", { url: `https://allowed.example/${at}` }, { timeoutMs: 45_000 });
    expect(await server.call("fetch", { url: "https://allowed.example/" })).toAllow();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await slow).toFailWith(code);
    expect(performance.now() - began).toBeLessThan(35_000);
    expect(server.calls({ outcome: "failed", code })).toMatchObject([{ decision: "allow", failure: code }]);
  });

  test.skipIf(noCorpus !== "")(`these are rows of the corpus${noCorpus}`, () => {
    const bodies = attacks("response").map(({ input }) => (input as ResponseInput).body);
    expect(bodies).toEqual(expect.arrayContaining(Object.keys(slowBodies)));
  });
});
