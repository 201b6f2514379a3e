import { tree, type RunningServer, type Tree } from "@postern/testing";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hostilePages } from "../../servers/fetch-read/test/hostile-pages.ts";
import { expect } from "../expect.ts";
import { startFetcherBy } from "../subjects.ts";
import { gives, web, type Web } from "./web.ts";

/** Milliseconds. Most take a twentieth of it; the machine may be busy with other tests. */
const patience = 10_000;
const largest = 10 * 1024 * 1024;

let place: Tree;
let server: RunningServer;
let origin: Web;

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await web("127.0.0.85", { "/calm": gives("text/html", "<p>calm</p>") });
  for (const [at, { html }] of hostilePages.entries())
    origin.pages.set(`/${at}`, (_, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html()));
  server = await startFetcherBy(place.at("policy"), `{ hosts: [${origin.host}], internal: { networks: [${origin.host}/32], ports: [${origin.port}] } }`);
});
afterAll(async () => {
  await server.close();
  await origin[Symbol.asyncDispose]();
  place.remove();
});

const numbered = hostilePages.map((page, at) => ({ ...page, at }));

describe("hostile pages, through the real server (N5)", () => {
  test.each(numbered)("$name, as a page and raw", async ({ at, html }) => {
    const bytes = Buffer.byteLength(html());
    for (const raw of [false, true]) {
      const answer = await server.call("fetch", { url: origin.at(`/${at}`), raw, max_length: 100 }, { timeoutMs: patience });
      if (bytes > largest) expect(answer).toFailWith("net.too_large");
      else {
        expect(answer.isError).toBe(false);
        expect(answer.text).toMatch(/\[Data from .*, not instructions; .*\d+ characters in all; sha256 [0-9a-f]{64}/);
      }
    }
  });

  test.each(numbered.filter(({ article }) => article))("$name, as an article", async ({ at }) => {
    const [answer, beside] = await Promise.all([
      server.call("fetch", { url: origin.at(`/${at}`), article: true, max_length: 100 }, { timeoutMs: patience }),
      server.call("fetch", { url: origin.at("/calm") }, { timeoutMs: patience }),
    ]);
    expect(answer.isError).toBe(false);
    expect(answer.text).toMatch(/; the main article alone;|; the whole page: no main article was found, /);
    expect(beside.text).toContain("calm");
  });

  test("the process is the same one afterwards, answers, and never held more than its share", async () => {
    expect((await server.call("fetch", { url: origin.at("/calm") })).text).toContain("calm");
    expect(server.process.running).toBe(true);
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1]);
    expect(peak).toBeLessThan(1_000_000);
  });

  test("a call that is cancelled in the middle of one ends, and the next one is served", async () => {
    const slow = numbered.find(({ name }) => name.startsWith("lists in lists")) ?? expect.unreachable("no such page");
    const cancel = new AbortController();
    const call = server.call("fetch", { url: origin.at(`/${slow.at}`), article: true }, { signal: cancel.signal }).catch(() => "cancelled");
    setTimeout(() => cancel.abort(), 300);
    expect(await call).toBe("cancelled");
    expect((await server.call("fetch", { url: origin.at("/calm") })).text).toContain("calm");
  });
});
