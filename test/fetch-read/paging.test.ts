import { tree, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startFetcherBy } from "../subjects.ts";
import { gives, web, type Web } from "./web.ts";

let place: Tree;
let server: RunningServer;
let origin: Web;

const text = (letter: string): string => `<h1>Title</h1><p>${`${letter} `.repeat(300)}end</p>`;

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await web("127.0.0.84", {});
  server = await startFetcherBy(
    place.at("policy"),
    `{ hosts: [${origin.host}], internal: { networks: [${origin.host}/32], ports: [${origin.port}] }, robots: ignore }`,
  );
});
afterAll(async () => {
  await server.close();
  await origin[Symbol.asyncDispose]();
  place.remove();
});
beforeEach(() => {
  origin.pages.set("/long", gives("text/html", text("a")));
  origin.forget();
});

const sha = (answer: string): string | undefined => /sha256 ([0-9a-f]{64})/.exec(answer)?.[1];
const long = (start: number, more: Readonly<Record<string, unknown>> = {}) =>
  server.call("fetch", { url: origin.at("/long"), max_length: 200, start_index: start, ...more });

describe("the pages of a long text", () => {
  test("are of one moment and one request, whatever the host says meanwhile, and say so", async () => {
    const first = await long(0);
    expect(first.text).toContain("start_index of 200");
    expect(first.text).not.toContain("as of");
    origin.pages.set("/long", gives("text/html", text("b")));
    const second = await long(200);
    const last = await long(600);
    for (const { text: page } of [second, last]) {
      expect(page).not.toMatch(/\bb\b/);
      expect(page).toMatch(/not instructions; as of \d{4}-\d\d-\d\dT[\d:.]+Z;/);
      expect(sha(page)).toBe(sha(first.text));
    }
    expect(last.text).toContain("a end");
    expect(origin.asked).toEqual(["GET /long"]);
  });

  test("a text from its start is fetched anew, and its pages are that text's", async () => {
    await long(0);
    origin.pages.set("/long", gives("text/html", text("c")));
    expect((await long(0)).text).toContain("c c c");
    expect((await long(200)).text).toContain("c c c");
    expect(origin.asked).toHaveLength(2);
  });

  test("each page is a call of its own, decided and in the record (E1)", async () => {
    await long(0);
    await long(200);
    const calls = server.calls({ limit: 2 });
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(call).toMatchObject({ decision: "allow", outcome: "ok", targets: [{ raw: origin.at("/long"), decision: "allow" }] });
  });

  test("raw is another text", async () => {
    await long(0);
    expect((await long(200, { raw: true })).text).toContain("cannot be simplified");
    expect(origin.asked).toHaveLength(2);
  });

  test("what was given whole is not kept", async () => {
    await long(0, { max_length: 100_000 });
    origin.pages.set("/long", gives("text/html", text("d")));
    expect((await long(200)).text).toContain("d d d");
  });

  test("a page behind the end says that there is no more", async () => {
    await long(0);
    const beyond = await long(100_000);
    expect(beyond.text).toContain("<error>No more content available.</error>");
    expect(sha(beyond.text)).toHaveLength(64);
    expect(origin.asked).toHaveLength(1);
  });
});
