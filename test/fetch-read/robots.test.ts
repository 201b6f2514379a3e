import { tree, type RunningServer, type Tree } from "@postern/testing";
import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startFetcherBy } from "../subjects.ts";
import { gives, leads, web, type Web } from "./web.ts";

const page = gives("text/html", "<p>the page</p>");
const closed = gives("text/plain", "User-agent: *\nDisallow: /closed");

let place: Tree;
let origin: Web;
let other: Web;
let withheld: Web;

const targets = (more = ""): string =>
  `{ hosts: [${origin.host}, ${other.host}], internal: { networks: [${origin.host}/32, ${other.host}/32], ports: [${origin.port}] }${more} }`;

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await web("127.0.0.81", {});
  other = await web("127.0.0.82", {}, origin.port);
  withheld = await web("127.0.0.83", { "/robots.txt": gives("text/plain", "") }, origin.port);
});
afterAll(async () => {
  for (const each of [origin, other, withheld]) await each[Symbol.asyncDispose]();
  place.remove();
});
beforeEach(() => {
  for (const each of [origin, other]) {
    each.pages.clear();
    for (const path of ["/open", "/closed"]) each.pages.set(path, page);
    each.forget();
  }
});

/** What is known of a robots.txt is known to one process: a fresh one for each test. */
async function under<T>(robots: RequestListener, run: (server: RunningServer) => Promise<T>, more = ""): Promise<T> {
  origin.pages.set("/robots.txt", robots);
  await using server = await startFetcherBy(place.at("policy"), targets(more));
  return await run(server);
}

describe("robots.txt is asked before the page (RFC 9309)", () => {
  test("what it closes is denied, nothing is asked there, and the record has both", () =>
    under(closed, async (server) => {
      const answer = await server.call("fetch", { url: origin.at("/closed") });
      expect(answer).toFailWith("net.robots");
      expect(answer.text).toContain(`robots.txt of http://${origin.host}:${origin.port} asks programs to stay away from this URL (line 2)`);
      expect(answer.text).toContain("the operator can set robots: ignore in the card");
      expect(origin.asked).toEqual(["GET /robots.txt"]);
      const [call] = server.calls({ outcome: "failed", limit: 1 });
      expect(call).toMatchObject({
        failure: "net.robots",
        found: [
          { raw: origin.at("/robots.txt"), operation: "robots", decision: "allow", host: origin.host },
          { raw: origin.at("/closed"), operation: "robots", decision: "deny", code: "net.robots" },
        ],
      });
    }));

  test("what it leaves open is fetched, and one question is enough for many pages, also at once", () =>
    under(
      (_, response) => {
        // Late, so that both calls come before it is there.
        setTimeout(() => response.writeHead(200, { "content-type": "text/plain" }).end("User-agent: *\nDisallow: /closed"), 100);
      },
      async (server) => {
        const answers = await Promise.all([1, 2, 3].map(() => server.call("fetch", { url: origin.at("/open") })));
        for (const answer of answers) expect(answer.text).toContain("the page");
        expect((await server.call("fetch", { url: origin.at("/closed") })).isError).toBe(true);
        expect(origin.asked.toSorted()).toEqual(["GET /open", "GET /open", "GET /open", "GET /robots.txt"]);
      },
    ));

  test("where the call that asks it is cancelled, another one asks it anew", async () => {
    let answer = (): void => undefined;
    let asked = 0;
    const started = Promise.withResolvers<void>();
    const robots: RequestListener = (_, response) => {
      asked += 1;
      if (asked > 1) response.end("");
      else answer = () => void response.end("");
      started.resolve();
    };
    await under(robots, async (server) => {
      const cancel = new AbortController();
      const first = server.call("fetch", { url: origin.at("/open") }, { signal: cancel.signal }).catch(() => "cancelled");
      await started.promise;
      const second = server.call("fetch", { url: origin.at("/open") });
      cancel.abort();
      expect(await first).toBe("cancelled");
      expect((await second).text).toContain("the page");
      expect(asked).toBe(2);
      answer();
    });
  });

  test("robots: ignore asks for none", () =>
    under(
      closed,
      async (server) => {
        expect((await server.call("fetch", { url: origin.at("/closed") })).text).toContain("the page");
        expect(origin.asked).toEqual(["GET /closed"]);
      },
      ", robots: ignore",
    ));
});

describe("at each redirect", () => {
  test("the origin that it leads to is asked, and its no is one", () => {
    other.pages.set("/robots.txt", closed);
    origin.pages.set("/moved", leads(other.at("/closed")));
    return under(gives("text/plain", ""), async (server) => {
      expect(await server.call("fetch", { url: origin.at("/moved") })).toFailWith("net.robots");
      expect(origin.asked).toEqual(["GET /robots.txt", "GET /moved"]);
      expect(other.asked).toEqual(["GET /robots.txt"]);
    });
  });

  test("so is another path of the same origin", () => {
    origin.pages.set("/moved", leads("/closed"));
    return under(closed, async (server) => {
      expect(await server.call("fetch", { url: origin.at("/moved") })).toFailWith("net.robots");
      expect(origin.asked).toEqual(["GET /robots.txt", "GET /moved"]);
    });
  });

  test("a robots.txt that is elsewhere is read there, under the same card, and is in the record", () => {
    other.pages.set("/rules.txt", closed);
    return under(leads(other.at("/rules.txt")), async (server) => {
      expect(await server.call("fetch", { url: origin.at("/closed") })).toFailWith("net.robots");
      const [call] = server.calls({ outcome: "failed", limit: 1 });
      expect(call).toMatchObject({ found: [{ operation: "robots" }, { raw: other.at("/rules.txt"), operation: "redirect", decision: "allow" }, {}] });
    });
  });
});

const bomb: RequestListener = (_, response) =>
  response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(200 * 1024 * 1024, "\n"), { level: 1 }));
const drip: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  const timer = setInterval(() => response.write("#"), 50);
  response.on("close", () => clearInterval(timer));
};

describe("a robots.txt that is none", () => {
  const rows: readonly (readonly [string, RequestListener, "allows" | "denies", string])[] = [
    ["not there", gives("text/html", "not found", 404), "allows", ""],
    ["not for us", gives("text/html", "go away", 403), "allows", ""],
    ["empty", gives("text/plain", ""), "allows", ""],
    ["a page for people", gives("text/html", "<html><body>Welcome"), "allows", ""],
    ["with a mark of its byte order", gives("text/plain", "\ufeffUser-agent: *\nDisallow: /open"), "denies", "stay away"],
    ["an error of the server", gives("text/plain", "oops", 500), "denies", "status 500"],
    ["an error of the server that looks like rules", gives("text/plain", "User-agent: *\nAllow: /", 503), "denies", "status 503"],
    ["no text", gives("image/png", "User-agent: *\nAllow: /"), "denies", "no text"],
    ["bytes", gives("text/plain", Buffer.from("0001000200", "hex")), "denies", "no text"],
    ["too large", gives("text/plain", `User-agent: *\nAllow: /\n${"#".repeat(512 * 1024)}`), "denies", "larger than 512 KiB"],
    ["a bomb", bomb, "denies", "larger than 512 KiB"],
    ["a drip", drip, "denies", "gives no answer"],
    ["520,000 lines", gives("text/plain", `User-agent: *\nDisallow: /closed${"\n".repeat(520_000)}`), "allows", ""],
    ["37,000 groups", gives("text/plain", `${"User-agent: *\n".repeat(37_000)}Disallow: /open`), "denies", "stay away from this URL (line 37001)"],
    ["a connection that breaks off", (request) => request.socket.destroy(), "denies", "gives no answer"],
    ["a redirect without end", leads("/robots.txt"), "denies", "cannot be read (it redirects in a circle, or too often)"],
    ["a redirect elsewhere", leads("https://elsewhere.example/robots.txt"), "denies", "cannot be read (it leads where the card does not)"],
    ["a redirect to what is no URL", leads("\\\\bad.example/"), "denies", "cannot be read (its redirect cannot be read without doubt)"],
  ];
  // What is known of a robots.txt is known to the process: each row has an origin of its own.
  const addressOf = (row: number): string => `127.0.81.${row + 1}`;
  let running: RunningServer;
  const webs: Web[] = [];
  beforeAll(async () => {
    for (const [row, [, robots]] of rows.entries()) webs.push(await web(addressOf(row), { "/open": page, "/robots.txt": robots }, origin.port));
    const hosts = rows.map((_, row) => addressOf(row)).join(", ");
    running = await startFetcherBy(place.at("policy"), `{ hosts: [${hosts}], internal: { networks: [127.0.81.0/24], ports: [${origin.port}] } }`);
  });
  afterAll(async () => {
    await running.close();
    for (const each of webs) await each[Symbol.asyncDispose]();
  });

  test.each(rows.map(([name, , expected, says], row) => [name, row, expected, says] as const))("%s", async (_name, row, expected, says) => {
    const site = webs[row] ?? expect.unreachable(`${row}`);
    const answer = await running.call("fetch", { url: site.at("/open") });
    if (expected === "allows") expect(answer.text).toContain("the page");
    else {
      expect(answer).toFailWith("net.robots");
      expect(answer.text).toContain(says);
      // Nobody can know of others, where the file is not known.
      expect(answer.text.includes("Other URLs may be open")).toBe(says.startsWith("stay away"));
      expect(answer.text.includes("for all URLs of the host")).toBe(!says.startsWith("stay away"));
      expect(site.asked).not.toContain("GET /open");
    }
  });

  test("patterns that take too long to compare are no word of the host, and the refusal says so (N5)", () => {
    const long = `/${"a".repeat(7_000)}`;
    origin.pages.set(long, page);
    return under(gives("text/plain", `User-agent: *\n${`disallow:/${"*a".repeat(4_000)}b\n`.repeat(60)}`), async (server) => {
      const answer = await server.call("fetch", { url: origin.at(long) });
      expect(answer).toFailWith("net.robots");
      expect(answer.text).toContain("takes too long to compare");
      expect(answer.text).not.toContain("asks programs to stay away");
      expect(origin.asked).toEqual(["GET /robots.txt"]);
      expect((await server.call("fetch", { url: origin.at("/open") })).text).toContain("the page");
    });
  });

  test("a redirect out of the card is no answer, and nothing is sent there (U1)", () =>
    under(leads(withheld.at("/robots.txt")), async (server) => {
      const answer = await server.call("fetch", { url: origin.at("/open") });
      expect(answer).toFailWith("net.robots");
      expect(answer.text).not.toContain(withheld.host);
      expect(withheld.asked).toEqual([]);
      const [call] = server.calls({ outcome: "failed", limit: 1 });
      expect(call).toMatchObject({ found: [{ operation: "robots" }, { operation: "redirect", decision: "deny", code: "net.address" }, {}] });
    }));
});
