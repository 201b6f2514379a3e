import { tree, type Answer, type RunningServer, type Tree } from "@postern/testing";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { mappedPdf } from "../../servers/fetch-read/test/mapped-pdf.ts";
import { expect } from "../expect.ts";
import { startFetcherBy } from "../subjects.ts";
import { gives, web, type Web } from "./web.ts";

const mega = 1024 * 1024;
const patience = 100_000;
/** Megabytes. What the README says is measured, with room for machines that free memory later. */
const most = { server: 700, parsers: 3 * 400 };

let place: Tree;
let origin: Web;

const sentence = "<p>A sentence that is long enough, with commas, to be an article, and so on.</p>\n";

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await web("127.0.0.86", {
    "/calm": gives("text/html", "<p>calm</p>"),
    "/text": gives("text/plain", "The quick brown fox jumps. ".repeat((9 * mega) / 27)),
    "/picture": gives("image/png", Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(4 * mega - 8, 7)])),
    "/article": gives("text/html", `<article>${sentence.repeat(1_000)}</article>`),
    "/hard": gives("text/html", `<article>${sentence.repeat(20_000)}</article>`),
    "/bomb": gives("application/pdf", mappedPdf()),
  });
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  place.remove();
});

function start(): Promise<RunningServer> {
  const targets = `{ hosts: [${origin.host}], robots: ignore, internal: { networks: [${origin.host}/32], ports: [${origin.port}] } }`;
  return startFetcherBy(place.at("policy"), targets);
}

describe("memory of all calls together (N5)", () => {
  test("stays bounded under 88 hard calls at once, each of which is answered", { timeout: patience }, async () => {
    await using server = await start();
    const parsers = watchParsers(server.process.pid);
    const call = (path: string, more = {}): Promise<Answer> => server.call("fetch", { url: origin.at(path), ...more }, { timeoutMs: patience });
    const times = (count: number, run: () => Promise<Answer>): Promise<readonly Answer[]> => Promise.all(Array.from({ length: count }, run));
    const [texts, pictures, bombs, articles] = await Promise.all([
      times(40, () => call("/text", { max_length: 999_999 })),
      times(20, () => call("/picture")),
      times(8, () => call("/bomb")),
      times(20, () => call("/article", { article: true })),
    ]);
    for (const text of texts) expect(text.text).toContain("start_index of 999999");
    for (const picture of pictures) expect(picture.text).toContain("[Picture from ");
    for (const bomb of bombs) expect(bomb.text).toContain("it took too much memory");
    for (const article of articles) expect(article.text).toContain("A sentence");
    expect((await call("/calm")).text).toContain("calm");
    expect(peakOf(server.process.pid)).toBeLessThan(most.server);
    expect(parsers.end()).toBeGreaterThan(0);
    expect(parsers.end()).toBeLessThan(most.parsers);
  });

  test("stays bounded where the client asks for much and reads nothing", { timeout: patience }, async () => {
    await using server = await start();
    const { stdout } = server.process.child;
    if (stdout === null) expect.unreachable("the server has no output");
    stdout.pause();
    origin.forget();
    const asked = Array.from({ length: 150 }, () => server.call("fetch", { url: origin.at("/picture") }, { timeoutMs: patience }));
    const got = Promise.all(asked);
    got.catch(() => undefined);
    // As many as may wait for the client, and one for each place: the others are not even asked for.
    await vi.waitFor(() => expect(origin.asked.length).toBeGreaterThan(16), { timeout: 20_000 });
    await quiet(() => origin.asked.length);
    expect(origin.asked.length).toBeLessThan(16 + 8);
    expect(peakOf(server.process.pid)).toBeLessThan(most.server);
    stdout.resume();
    for (const answer of await got) expect(answer.text).toContain("[Picture from ");
    expect(peakOf(server.process.pid)).toBeLessThan(most.server);
  });

  test("a parser ends with its server", async () => {
    const server = await start();
    const call = server.call("fetch", { url: origin.at("/hard"), article: true }).catch(() => "gone");
    const [parser = expect.unreachable("no parser")] = await vi.waitUntil(() => nonEmpty(childrenOf(server.process.pid)), { timeout: 10_000, interval: 5 });
    server.process.kill("SIGKILL");
    expect(await call).toBe("gone");
    await vi.waitFor(() => expect(statusOf(parser)).toMatch(/^$|State:\s+Z/m), { timeout: 2_000, interval: 5 });
    await server.close();
  });
});

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

/** Megabytes of memory that a process held at most. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(statusOf(pid))?.[1] ?? 0) / 1024;
}

function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number));
}

/** `end` tells how much the children of a process held at most, all together. */
function watchParsers(pid: number): { end(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    const now = childrenOf(pid).reduce((sum, child) => sum + Number(/VmRSS:\s+(\d+) kB/.exec(statusOf(child))?.[1] ?? 0) / 1024, 0);
    peak = Math.max(peak, now);
  }, 10);
  return {
    end() {
      clearInterval(timer);
      return peak;
    },
  };
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** Until a number is the same for half a second. */
async function quiet(count: () => number): Promise<void> {
  for (let last = -1; last !== count(); ) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
