import type { RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { authority } from "../world/certificates.ts";
import { forbidden, hostOf } from "../world/forbidden.ts";
import { noIsolation } from "../world/isolation.ts";
import type { AnswerScript } from "../world/script.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { startFetcher } from "./start-fetcher.ts";

const moved = (locations: string | readonly string[], status = 302): AnswerScript => ({
  status,
  headers: [locations].flat().map((to) => ["location", to] as const),
  body: "",
});

describe.skipIf(noIsolation !== "")(`a redirect is decided like the first URL (U1, U2)${noIsolation}`, () => {
  let world: World;
  let server: RunningServer;
  beforeAll(async () => {
    world = await startWorld({ prepare: "ip addr add 8.8.4.4/32 dev lo" });
    await world.script({
      names: { "allowed.example": { A: [publicOrigin] }, "www.allowed.example": { A: [publicOrigin] }, "other.example": { A: [publicOrigin] } },
    });
    const network = `{ resolvers: ["127.0.0.1:53"], serviceNetworks: [203.0.114.0/24], ca: [${JSON.stringify(authority)}] }`;
    server = await startFetcher({ world, network, cards: { any: '{ hosts: ["*"] }', other: "{ hosts: [other.example] }" } });
  });
  afterAll(async () => {
    await server.close();
    await world[Symbol.asyncDispose]();
  });

  async function follow(url: string, answers: Readonly<Record<string, AnswerScript>>) {
    await world.script({ answers });
    await world.seen();
    const answer = await server.call("fetch", { url });
    return { answer, seen: await world.seen(), call: server.calls({}).at(-1) ?? expect.unreachable("no record") };
  }

  describe.each(forbidden)("into %s, %s", (category, address) => {
    const name = `to-${address.replaceAll(/[:.]/g, "-")}-x.allowed.example`;
    test.each([
      ["at once", { "/": moved(`http://${hostOf(address)}/secret`) }],
      [
        "after three that are followed",
        { "/": moved("/b"), "/b": moved("/c"), "/c": moved("//www.allowed.example/d"), "/d": moved(`//${hostOf(address)}/secret`) },
      ],
      ["by a name that leads there", { "/": moved(`http://${name}/secret`) }],
      ["as a 307", { "/": moved(`http://${hostOf(address)}/`, 307) }],
    ])("%s", async (_how, answers) => {
      await world.script({ names: { [name]: { [address.includes(":") ? "AAAA" : "A"]: [address] } } });
      const { answer, seen, call } = await follow("http://allowed.example/", answers);
      expect(answer).toFailWith("net.redirect");
      expect(answer.text).not.toContain(address);
      expect(seen.trapped).toEqual([]);
      expect(seen.requests).toHaveLength(Object.keys(answers).length);
      // As many connections as the origin had: nobody tried any other.
      expect(seen.begun).toBe(seen.reached.length);
      expect(call).toMatchObject({ decision: "allow", outcome: "failed", failure: "net.redirect" });
      expect(call.found.at(-1)).toMatchObject({ operation: "redirect", decision: "deny", code: "net.address", addresses: [{ category }] });
    });
  });

  const forms: readonly (readonly [string, string, string])[] = [
    ["another card's host", "http://other.example/", "net.redirect"],
    ["an address in another spelling", "http://0x7f000001/", "net.address"],
    ["one in three parts", "http://10.0.1/", "net.address"],
    ["one with a foreign dot", "http://169\u3002254.169.254/", "net.url"],
    ["a backslash for a slash", "http:\\\\169.254.169.254/", "net.url"],
    ["two backslashes", "\\\\169.254.169.254/", "net.redirect"],
    ["a slash and a backslash", "/\\169.254.169.254/", "net.redirect"],
    ["a backslash before an at sign", "http://allowed.example\\@169.254.169.254/", "net.url"],
    ["a user name", "http://allowed.example@169.254.169.254/", "net.url"],
    ["a tab in the scheme", "ht\ttp://169.254.169.254/", "net.redirect"],
    ["one slash", "http:/169.254.169.254/", "net.url"],
    ["no slash", "http:169.254.169.254/", "net.url"],
    ["three slashes", "///169.254.169.254/", "net.url"],
    ["a port of another kind", "http://allowed.example:6379/", "net.port"],
    ["a file", "file:///etc/passwd", "net.scheme"],
    ["text in itself", "data:text/html,hello", "net.scheme"],
    ["a script", "javascript:alert(1)", "net.scheme"],
    ["gopher", "gopher://allowed.example/_x", "net.scheme"],
    ["a metadata name", "http://metadata.google.internal/", "net.name"],
    ["a name of one label", "http://localhost/", "net.name"],
    ["a name that there is none of", "http://gone.example/", "net.dns"],
  ];
  test.each(forms)("to %s is not followed", async (_name, location, code) => {
    const { answer, seen, call } = await follow("http://allowed.example/", { "/": moved(location) });
    expect(answer).toFailWith("net.redirect");
    expect([seen.trapped, seen.requests.length]).toEqual([[], 1]);
    expect(seen.begun).toBe(seen.reached.length);
    expect(call.found.at(-1)).toMatchObject({ operation: "redirect", decision: "deny", code });
  });

  test.each([
    ["a path", "/next", "http://allowed.example/next"],
    ["a relative one", "next", "http://allowed.example/next"],
    ["one that climbs", "../../next", "http://allowed.example/next"],
    ["another host of the card", "//www.allowed.example/next", "http://www.allowed.example/next"],
    ["https", "https://allowed.example/next", "https://allowed.example/next"],
    ["a colon in what is relative", "./a:b", "http://allowed.example/a:b"],
  ])("to %s is", async (_name, location, last) => {
    const { answer, seen, call } = await follow("http://allowed.example/", { "/": moved(location), "/next": {}, "/a:b": {} });
    expect(answer).toAllow();
    expect([seen.trapped, seen.requests.length]).toEqual([[], 2]);
    expect(call.found.filter(({ operation }) => operation === "redirect")).toMatchObject([
      { decision: "allow", canonical: last, addresses: [{ address: publicOrigin }] },
    ]);
  });

  test("five are followed, and no sixth", async () => {
    const steps = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [at === 0 ? "/" : `/${at}`, moved(`/${at + 1}`)]));
    const five = await follow("http://allowed.example/", { ...steps(5), "/5": {} });
    expect(five.answer).toAllow();
    const six = await follow("http://allowed.example/", { ...steps(6), "/6": {} });
    expect(six.answer).toFailWith("net.redirect");
    expect(six.seen.requests).toHaveLength(6);
  });

  test.each([
    ["a circle of two", { "/": moved("/b"), "/b": moved("/") }, 2],
    ["itself", { "/": moved("/#again") }, 1],
    ["two ways at once", { "/": moved(["/b", "http://127.0.0.1/"]) }, 1],
  ])("%s ends it", async (_name, answers, requests) => {
    const { answer, seen, call } = await follow("http://allowed.example/", { "/b": {}, ...answers });
    expect(answer).toFailWith("net.redirect");
    expect([seen.trapped, seen.requests.length]).toEqual([[], requests]);
    expect(call.found.at(-1)).toMatchObject({ decision: "deny", code: "net.redirect" });
  });

  test("nothing goes from https to http", async () => {
    const { answer, seen } = await follow("https://allowed.example/", { "/": moved("http://allowed.example/plain") });
    expect(answer).toFailWith("net.redirect");
    expect(seen.requests.map(({ secure }) => secure)).toEqual([true]);
  });

  test("what is no redirect is not followed", async () => {
    for (const answer of [
      { status: 300, headers: [["location", "http://127.0.0.1/"]] },
      { status: 304, headers: [["location", "http://127.0.0.1/"]] },
      { status: 200, headers: [["refresh", "0; url=http://127.0.0.1/"]] },
      {
        status: 201,
        headers: [
          ["location", "http://127.0.0.1/"],
          ["content-location", "http://127.0.0.1/"],
          ["link", "<http://127.0.0.1/>; rel=canonical"],
        ],
      },
      {
        status: 200,
        headers: [["content-type", "text/html"]],
        body: Buffer.from('<meta http-equiv=refresh content="0; url=http://127.0.0.1/">').toString("base64"),
      },
    ] satisfies AnswerScript[]) {
      const { seen } = await follow("http://allowed.example/", { "/": answer });
      expect([seen.trapped, seen.requests.length]).toEqual([[], 1]);
      expect(seen.begun).toBe(seen.reached.length);
    }
  });
});
