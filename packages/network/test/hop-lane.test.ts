import type { CardLane } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { hopLane } from "../src/hop-lane.ts";
import { readUrl } from "../src/url-gate.ts";
import { urlRecord } from "../src/url-record.ts";
import { internalReach, publicReach } from "./reaching.ts";

const lane: CardLane = {
  name: "docs",
  reaches: (host) => host === "docs.example" || host === "10.0.0.7",
  headersFor: () => expect.unreachable("nobody asked for the secret"),
  sign: () => expect.unreachable("nobody asked for a signature"),
};
const cards = {
  public: { ...publicReach("*"), lane },
  internal: { ...internalReach(["docs.example"], ["10.0.0.0/8"], [80]), lane },
  without: { ...publicReach("*"), lane: undefined },
};

describe("a credential goes along (R2)", () => {
  const cases: readonly (readonly [keyof typeof cards, string, boolean])[] = [
    ["public", "http://docs.example/", false],
    ["public", "http://10.0.0.7/", false],
    ["public", "https://other.example/", false],
    ["internal", "http://other.example/", false],
    ["without", "https://docs.example/", false],
    ["public", "https://docs.example/", true],
    ["public", "https://DOCS.example./", true],
    ["internal", "http://docs.example/", true],
    ["internal", "https://10.0.0.7/", true],
  ];
  it.each(cases)("on a %s card to %s: %s, and the record of a hop says the same (U3)", (card, raw, goes) => {
    const read = readUrl(raw);
    const target = read.outcome === "passed" ? read : expect.unreachable(raw);
    expect(hopLane(target, cards[card])).toBe(goes ? lane : undefined);
    const asked = { kind: "url", argument: "url", raw, operation: "url" };
    const pin = { family: 4, text: "10.0.0.7", parts: [10, 0, 0, 7] } as const;
    const records = [
      urlRecord({ outcome: "allowed", target, pin, seen: [] }, asked, cards[card]),
      urlRecord({ outcome: "denied", code: "net.address", rule: "private", normalized: target.url.href, seen: [] }, asked, cards[card]),
    ];
    expect(records.map((record) => record.lane)).toEqual(goes ? ["docs", "docs"] : [undefined, undefined]);
    expect(records[1]).toMatchObject({ code: "net.address", rule: "private" });
  });
});
