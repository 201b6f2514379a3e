import { tree, type Tree } from "@postern/testing";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { beside, noIsolation } from "../world/isolation.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { startFetcher } from "./start-fetcher.ts";

/** What the host itself is set up for: its search domains, its own addresses, the translation of its network. */
describe.skipIf(noIsolation !== "")(`on a host of its own${noIsolation}`, () => {
  let place: Tree;
  let world: World;
  beforeAll(async () => {
    place = tree({
      "resolv.conf": "nameserver 127.0.0.1\nsearch evil.example\noptions ndots:5\n",
      hosts: "127.0.0.1 localhost\n93.184.216.34 listed.example.com\n",
    });
    const bind = (name: string): string => `mount --bind ${place.at(name)} /etc/${name}`;
    world = await startWorld({ prepare: `${bind("resolv.conf")} && ${bind("hosts")}`, origins: [publicOrigin, "64:ff9b::5db8:d822", "8.8.8.8"] });
    await world.script({
      names: {
        "api.example.com.evil.example": { A: [publicOrigin] },
        "api.evil.example": { A: [publicOrigin] },
        "eight.example": { A: ["8.8.8.8"] },
        "translated.example": { AAAA: ["64:ff9b::5db8:d822"] },
        "private.example": { AAAA: ["64:ff9b::a00:1"] },
      },
    });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    place.remove();
  });

  test("search domains and the list of hosts play no part: a name is the name that was written (U1)", async () => {
    await using server = await startFetcher({ world, cards: { any: '{ hosts: ["*"] }' } });
    for (const name of ["api.example.com", "listed.example.com"]) {
      await world.seen();
      expect(await server.call("fetch", { url: `http://${name}/` })).toDenyWith("net.dns", "dns-not-found");
      const { asked, begun } = await world.seen();
      expect([asked.toSorted(), begun]).toEqual([[`A ${name}`, `AAAA ${name}`], 0]);
    }
    // The host is set up so indeed: whoever asks as programs do is led there.
    const found = spawnSync("nsenter", beside(world.pid, ["getent", "hosts", "api.example.com"]), { encoding: "utf8" });
    expect(found.stdout).toContain(publicOrigin);
  });

  test("an address that the host gets while the server runs is its own from then on (U2)", async () => {
    await using server = await startFetcher({ world, cards: { any: '{ hosts: ["*"] }' } });
    expect(await server.call("fetch", { url: "http://eight.example/" })).toAllow();
    expect(spawnSync("nsenter", beside(world.pid, ["ip", "addr", "add", "8.8.8.8/32", "dev", "lo"])).status).toBe(0);
    await world.seen();
    for (const host of ["eight.example", "8.8.8.8"]) {
      expect(await server.call("fetch", { url: `http://${host}/` })).toDenyWith("net.address", "self");
      expect(server.calls({}).at(-1)).toMatchObject({ targets: [{ addresses: [{ address: "8.8.8.8", category: "self" }] }] });
    }
    expect((await world.seen()).begun).toBe(0);
  });

  test("through a given prefix of translation public hosts are reached, and no others (U2)", async () => {
    await using server = await startFetcher({ world, cards: { any: '{ hosts: ["*"] }' }, network: "{ nat64Prefixes: [64:ff9b::/96] }" });
    await world.seen();
    expect(await server.call("fetch", { url: "http://translated.example/" })).toAllow();
    expect((await world.seen()).reached).toContainEqual({ address: "64:ff9b::5db8:d822", port: 80 });
    expect(await server.call("fetch", { url: "http://private.example/" })).toDenyWith("net.address", "private");
    expect((await world.seen()).begun).toBe(0);
  });
});
