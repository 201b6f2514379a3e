import type { RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startFetcher } from "../fetch-read/start-fetcher.ts";
import { noIsolation } from "../world/isolation.ts";
import { startWorld, type World } from "../world/world.ts";
import { groups, peerCases } from "./cases.ts";

/** Our row of the table that compares servers: none gets through, and each one has a record that says so. */
describe.skipIf(noIsolation !== "")(`the cases that servers are compared by${noIsolation}`, () => {
  let world: World;
  let server: RunningServer;
  beforeAll(async () => {
    world = await startWorld();
    server = await startFetcher({ world, cards: { web: '{ hosts: ["*"] }' }, network: '{ resolvers: ["127.0.0.1:53"] }' });
  });
  afterAll(async () => {
    await server.close();
    await world[Symbol.asyncDispose]();
  });

  // A name that changes is pinned to where it led when it was asked for: that is the public web, here.
  test.each(groups)("%s: none gets through, and each is denied (U1, U2)", async (group) => {
    const cases = peerCases().filter((each) => each.group === group);
    expect(cases.length).toBeGreaterThan(5);
    for (const { url, script } of cases) {
      await world.script(script);
      await world.seen();
      const answer = await server.call("fetch", { url });
      const { trapped } = await world.seen();
      expect([url, trapped, answer.failure?.code ?? answer.denial !== undefined]).toEqual([
        url,
        [],
        group === "redirect" ? "net.redirect" : group !== "changing name",
      ]);
      expect(server.calls({}).at(-1)).toMatchObject({ targets: [{ raw: url }], decision: ["redirect", "changing name"].includes(group) ? "allow" : "deny" });
    }
  });
});
