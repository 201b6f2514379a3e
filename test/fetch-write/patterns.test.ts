import { tree, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startSenderBy } from "../subjects.ts";
import { answer, bodyOf, headLines, rawHost, type RawHost } from "./origins.ts";

const given = "127.0.0.76";
/** Slow on texts that almost match, and taken at load: each one alone is fast enough. */
const slow = "a{0,5}a{0,5}a{0,5}a{0,5}x";

let place: Tree;
let origin: RawHost;
let server: RunningServer;

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await rawHost(given, (_, socket) => socket.end(answer("204 No Content")));
  const at = (path: string): string => `method: POST, url: "http://${given}:${origin.port}/${path}"`;
  const text = `{ type: string, pattern: "${slow}", maxLength: 1024 }`;
  server = await startSenderBy(place.at("policy"), [
    `{ id: all, server: fetch-write, principals: [me], tools: "*", targets: { internal: { networks: [${given}/32], ports: [${origin.port}] }, calls: {
      lists: { description: Takes lists of texts., ${at("lists")}, body: { type: array, items: { type: array, items: ${text} } } },
      parts: { description: Takes a part of a path., ${at("{part}")}, path: { part: { type: string, pattern: "^[a-z]{1,9}$" } }, query: { q: { type: array, items: ${text} } } },
      short: { description: Takes nothing., ${at("short")}, query: { toString: { type: string }, valueOf: { type: string } }, body: { type: object, properties: { constructor: { type: string } } } } } } }`,
  ]);
});
afterAll(async () => {
  await server.close();
  await origin[Symbol.asyncDispose]();
  place.remove();
});

function lists(outer: number, inner: number, text: string): Record<string, unknown> {
  return { body: Array.from({ length: outer }, () => Array.from({ length: inner }, () => text)) };
}

describe("texts that are slow to match keep nobody waiting (N5)", () => {
  test.each<readonly [string, string, Record<string, unknown>]>([
    ["7 MB of them", "lists", lists(70, 100, "a".repeat(1024))],
    ["as many as a body takes", "lists", lists(1, 62, "a".repeat(1024))],
    ["as many as a URL takes", "parts", { path: { part: "a" }, query: { q: Array.from({ length: 100 }, () => "a".repeat(1024)) } }],
  ])("%s", async (_name, tool, input) => {
    const before = origin.connections;
    const slowly = server.call(tool, input);
    const began = performance.now();
    expect(await server.call("short", { body: {} })).toAllow();
    // 40 seconds where nothing held them; a quarter of a second is promised, on a machine that does nothing else.
    expect(performance.now() - began).toBeLessThan(3_000);
    const refused = await slowly;
    expect(refused.isError).toBe(true);
    expect(["limit.input", "input.invalid", "net.url"]).toContain(refused.denial?.code);
    expect(origin.connections).toBe(before + 1);
  });

  test("the first text that does not match is told, and the others are not looked at", async () => {
    const refused = await server.call("lists", lists(2, 5, "b"));
    expect(refused).toDenyWith("input.invalid");
    expect(refused.text).toContain('"body.0.0"');
    expect(refused.text).toContain(slow);
    expect(await server.call("parts", { path: { part: "A" } })).toDenyWith("input.invalid");
    expect(await server.call("parts", { path: { part: "a" }, query: { q: ["aax"] } })).toAllow();
  });

  test("a parameter that is not given is not sent, whatever its name", async () => {
    for (const input of [{ body: {} }, { query: {}, body: {} }, { query: { valueOf: "x" }, body: {} }]) expect(await server.call("short", input)).toAllow();
    const sent = origin.requests.slice(-3).map((request) => [headLines(request)[0], bodyOf(request)]);
    expect(sent).toEqual([
      ["POST /short HTTP/1.1", "{}"],
      ["POST /short HTTP/1.1", "{}"],
      ["POST /short?valueOf=x HTTP/1.1", "{}"],
    ]);
  });

  test("patterns are shown to clients", async () => {
    const { result } = await server.raw.request("tools/list");
    expect(JSON.stringify(result)).toContain('"pattern":"^[a-z]{1,9}$"');
  });
});
