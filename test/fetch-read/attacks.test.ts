import { LineProcess, type RunningServer } from "@postern/testing";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, test } from "vitest";
import { attacks, noCorpus } from "../../packages/network/test/corpus.ts";
import { expect } from "../expect.ts";
import { authority } from "../world/certificates.ts";
import { noIsolation } from "../world/isolation.ts";
import type { NameScript } from "../world/script.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { expectedOf, type Card } from "./attack-expectations.ts";
import { startFetcher } from "./start-fetcher.ts";

/** Every URL and address of the corpus, in a world in which whatever is connected to hears it. */
const unguarded = fileURLToPath(new URL("../world/unguarded.ts", import.meta.url));
const missing = noCorpus === "" ? noIsolation : noCorpus;
const publicSix = "2606:2800:220:1:248:1893:25c8:1946";
const network = `{ resolvers: ["127.0.0.1:53"], serviceNetworks: [10.96.0.0/12], ca: [${JSON.stringify(authority)}] }`;
const cards: readonly (readonly [Card, string])[] = [
  ["any", '{ hosts: ["*"] }'],
  ["named", '{ hosts: [allowed.example, "*.allowed.example"] }'],
];

const publicNames =
  "allowed.example example.com xn--bcher-kva.ch sub.domain.example.org xn--lgbbat1ad8j.example xn--fa-hia.example xn--llowed-2nf.example".split(" ");
const names: Readonly<Record<string, NameScript>> = {
  ...Object.fromEntries(publicNames.map((name) => [name, { A: [publicOrigin] }])),
  "localtest.me": { AAAA: ["::1"], A: ["127.0.0.1"] },
  "spoofed.burpcollaborator.net": { A: ["127.0.0.1"] },
};

const urls = attacks(...["ip", "name", "ip-obfuscated", "invalid", "ipv6-embedded", "scheme", "parser", "allowed-neighbor"].map((kind) => `url-${kind}`));
const addresses = attacks("ip").map((row) => {
  const text = String(row.input);
  return { ...row, input: `http://${text.includes(":") ? `[${text}]` : text}/`, text };
});
const shown = <Row extends { readonly input: unknown }>(rows: readonly Row[]): readonly (Row & { readonly shown: string })[] =>
  rows.map((row) => ({ ...row, shown: JSON.stringify(row.input) }));

describe.skipIf(missing !== "").each(cards)(`under a card of the hosts "%s"${missing}`, (card, targets) => {
  let world: World;
  let server: RunningServer;
  beforeAll(async () => {
    world = await startWorld({ ports: [80, 443, 22, 42, 254, 389, 6379, 8080, 8443, 11111, 11211], origins: [publicOrigin, publicSix] });
    await world.script({ names });
    server = await startFetcher({ world, network, cards: { [card]: targets } });
  });
  afterAll(async () => {
    await server.close();
    await world[Symbol.asyncDispose]();
  });

  test.each(shown([...urls, ...addresses]))("$kind $shown is $expected_category: $why (U2, N2)", async ({ input, kind, expected_category }) => {
    const raw = String(input);
    const expected = expectedOf({ input, kind, expected_category }, card);
    await world.seen();
    const answer = await server.call("fetch", { url: raw });
    const { trapped, reached, asked, begun, datagrams } = await world.seen();
    expect([answer.denial?.code, trapped]).toEqual([expected.codes.find((code) => code === answer.denial?.code) ?? expected.codes[0], []]);
    const [call] = server.calls({}).slice(-1);
    if (answer.denial === undefined) {
      expect(answer).toMatchObject({ isError: false });
      expect(reached.length).toBeGreaterThan(0);
      expect(call).toMatchObject({ decision: "allow", targets: [{ raw, decision: "allow", addresses: [{ category: "public" }] }] });
      return;
    }
    // The kernel's own count: not one connection was begun, to whatever port, and nobody was asked for what is refused before.
    expect([reached, begun]).toEqual([[], 0]);
    if (!expected.resolves) expect([asked, datagrams]).toEqual([[], 0]);
    const { code } = answer.denial;
    expect(call).toMatchObject({ decision: "deny", code, principal: "me", tool: "fetch", targets: [{ raw, decision: "deny", code }] });
    const [target] = call?.targets ?? [];
    if (expected.category !== undefined && code === "net.address") {
      expect(target?.addresses?.map(({ category }) => category)).toContain(expected.category);
      expect(target?.canonical).toBe(new URL(raw.trim()).href);
    }
    expect(answer.denial.targets[0]).not.toHaveProperty("addresses");
  });

  test("without a guard these would get through, and be heard", { timeout: 120_000 }, async () => {
    await world.seen();
    const { bin, args } = world.within(unguarded);
    const list = JSON.stringify(urls.map(({ input }) => String(input)));
    const child = new LineProcess({ script: bin, args: [...args, list], env: { PATH: process.env["PATH"] ?? "" } });
    await child.exited;
    const { trapped } = await world.seen();
    expect(trapped.length).toBeGreaterThan(100);
    expect(trapped).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: "169.254.169.254" }), expect.objectContaining({ address: "127.0.0.1" })]),
    );
  });

  test.each(shown(addresses))("a name that leads to $text is $expected_category: $why (U1)", async ({ text, expected_category }) => {
    const name = `to-${text.replaceAll(/[:.]/g, "-").toLowerCase()}-x.allowed.example`;
    await world.script({ names: { [name]: { [text.includes(":") ? "AAAA" : "A"]: [text] } } });
    await world.seen();
    const raw = `http://${name}/`;
    const answer = await server.call("fetch", { url: raw });
    const { trapped, begun, asked } = await world.seen();
    expect([answer.denial?.code, trapped, begun, asked.toSorted()]).toEqual(["net.address", [], 0, [`A ${name}`, `AAAA ${name}`]]);
    const [call] = server.calls({}).slice(-1);
    expect(call).toMatchObject({ decision: "deny", code: "net.address", targets: [{ raw, canonical: raw, addresses: [{ category: expected_category }] }] });
    expect(answer.text).not.toContain(text);
  });

  test.each(attacks("header").map(({ input, why }) => ({ why, ...(input as { readonly header: string; readonly value: string }) })))(
    "the header $header cannot be given: $why (S3)",
    async ({ header, value }) => {
      await world.seen();
      for (const more of [{ headers: { [header]: value } }, { [header]: value }]) {
        expect(await server.call("fetch", { url: "https://allowed.example/", ...more })).toDenyWith("input.invalid");
      }
      const { reached, begun, datagrams } = await world.seen();
      expect([reached, begun, datagrams]).toEqual([[], 0, 0]);
      const [call] = server.calls({ code: "input.invalid" }).slice(-1);
      expect(call).toMatchObject({ decision: "deny", code: "input.invalid" });
    },
  );
});
