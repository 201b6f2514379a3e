import { tree } from "@postern/testing";
import { afterAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { answer, headLines, rawHost } from "../fetch-write/origins.ts";
import { human, startAsked } from "../serving/asked.ts";
import { fetchBin } from "../subjects.ts";
import { startFetcher } from "./start-fetcher.ts";

const place = tree({ "policy/": true });
afterAll(() => place.remove());

const page = answer("200 OK", "a page", ["content-type: text/plain"]);

/** An origin that sends `/shown` to wherever `leads` says, and answers everything else. */
async function leading(host: string, leads: () => string) {
  return await rawHost(host, (request, socket) => {
    const [line = ""] = headLines(request);
    socket.end(line.startsWith("GET /shown ") ? answer("302 Found", "", [`location: ${leads()}`]) : page);
  });
}

const targets = (ports: readonly number[]): string =>
  `{ hosts: ["127.0.0.86", "127.0.0.87"], robots: ignore, internal: { networks: [127.0.0.0/8], ports: [${ports.join(", ")}] } }`;

describe("a yes to a URL is one to its origin (B3, U2)", () => {
  test.for<readonly [string, (own: number, other: number) => string]>([
    ["another host", (_own, other) => `http://127.0.0.87:${other}/other?x=1`],
    ["another host, without a scheme", (_own, other) => `//127.0.0.87:${other}/other`],
    ["another port", (_own, other) => `http://127.0.0.86:${other}/other`],
  ])("and not to %s that it redirects to: nothing is sent there", async ([, to]) => {
    await using other = await rawHost("127.0.0.87", (_, socket) => socket.end(page));
    await using origin = await leading("127.0.0.86", () => to(origin.port, other.port));
    const asked = human();
    const card = `{ id: web, server: fetch-read, principals: [ada], tools: "*", targets: ${targets([origin.port, other.port])}, approval: required }`;
    await using client = await startAsked("stdio 2025", { bin: fetchBin, folder: place.at("policy"), cards: [card], human: asked });
    const refused = await client.call("fetch", { url: `http://127.0.0.86:${origin.port}/shown` });
    expect(refused).toFailWith("net.redirect");
    expect(refused.text).toContain("human");
    expect([asked.questions.length, origin.requests.length, other.connections]).toEqual([1, 1, 0]);
    expect(client.server.calls({ tool: "fetch" }).at(-1)).toMatchObject({
      outcome: "failed",
      failure: "net.redirect",
      found: [{ operation: "redirect", decision: "deny", code: "net.redirect", rule: "approval" }],
    });
  });

  test("which may redirect within itself", async () => {
    await using origin = await leading("127.0.0.86", () => "/elsewhere");
    const asked = human();
    const card = `{ id: web, server: fetch-read, principals: [ada], tools: "*", targets: ${targets([origin.port])}, approval: required }`;
    await using client = await startAsked("stdio 2025", { bin: fetchBin, folder: place.at("policy"), cards: [card], human: asked });
    const answered = await client.call("fetch", { url: `http://127.0.0.86:${origin.port}/shown` });
    expect(answered).toAllow();
    expect(answered.text).toContain("a page");
    expect([asked.questions.length, origin.requests.length]).toEqual([1, 2]);
  });

  test("where nobody is asked, all that the card gives is followed", async () => {
    await using other = await rawHost("127.0.0.87", (_, socket) => socket.end(page));
    await using origin = await leading("127.0.0.86", () => `http://127.0.0.87:${other.port}/other`);
    await using server = await startFetcher({ cards: { web: targets([origin.port, other.port]) } });
    expect(await server.call("fetch", { url: `http://127.0.0.86:${origin.port}/shown` })).toAllow();
    expect(other.requests).toHaveLength(1);
  });
});
