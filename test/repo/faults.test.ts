import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asking } from "./asking.ts";
import type { Fault } from "./faults.ts";
import { filled } from "./filled.ts";
import type { Github } from "./github.ts";
import { noDescription } from "./openapi.ts";

const repo = "/repos/acme/widget";

describe("the fake fails as it is told", () => {
  let shared: Github;
  beforeAll(async () => {
    shared = await filled();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each<readonly [string, Fault, object]>([
    ["another host", { kind: "redirect", status: 307, to: "http://127.0.0.2:9/x" }, { status: 307, location: "http://127.0.0.2:9/x" }],
    ["its own failure", { kind: "status", status: 500 }, { status: 500, type: "application/json; charset=utf-8" }],
    ["a gateway's page", { kind: "status", status: 502 }, { status: 502, type: "text/html; charset=utf-8" }],
    ["a page for an answer", { kind: "html" }, { status: 200, type: "text/html; charset=utf-8" }],
    ["the primary limit", { kind: "primary-limit" }, { status: 403, left: "0" }],
    ["the secondary limit", { kind: "secondary-limit", status: 429, retryAfter: 7 }, { status: 429, wait: "7" }],
    ["nothing new", { kind: "not-modified" }, { status: 304 }],
    ["half a text", { kind: "truncated" }, { status: 200, json: false }],
    ["a lying number", { kind: "lie", fields: { id: 1 } }, { status: 200, id: 1 }],
  ])("%s", async (_, fault, expected) => {
    const ask = asking(shared, "both");
    shared.faults.next(fault, { path: /^\/repos\/acme\/widget$/ });
    expect((await ask("GET", "/repos/acme/second")).body).toMatchObject({ full_name: "acme/second" });
    const { status, headers, body } = await ask("GET", repo);
    const [location, type, left, wait] = ["location", "content-type", "x-ratelimit-remaining", "retry-after"].map((name) => headers.get(name));
    expect({ status, location, type, left, wait, json: body !== undefined, id: (body as { readonly id?: number } | undefined)?.id }).toMatchObject(expected);
    expect((await ask("GET", repo)).body).toMatchObject({ id: shared.repository("acme/widget").id });
    expect(shared.faults.left).toBe(0);
  });

  test("a connection that ends within the answer, or before it, with the change made or not", async () => {
    await using github = await filled();
    const ask = asking(github, "both");
    const { issues } = github.repository("acme/widget");
    const counts: number[] = [];
    for (const fault of [{ kind: "hang-up" }, { kind: "hang-up", after: true }, { kind: "reset" }] as const) {
      github.faults.next(fault, { method: "POST" });
      await expect(ask("POST", `${repo}/issues`, { title: fault.kind })).rejects.toThrow(/fetch failed|terminated/);
      counts.push(issues.size);
    }
    github.faults.next({ kind: "status", status: 502, after: true });
    expect((await ask("POST", `${repo}/issues`, { title: "Lost" })).status).toBe(502);
    expect([...counts, issues.size]).toEqual([0, 1, 2, 3]);
  });

  test("a tree that is cut, an answer that is large and one that is held", async () => {
    await using github = await filled();
    const ask = asking(github, "both");
    github.faults.next({ kind: "truncated-tree" });
    expect((await ask("GET", `${repo}/git/trees/main?recursive=1`)).body).toMatchObject({ truncated: true });
    github.faults.next({ kind: "huge", bytes: 3_000_000 });
    expect((await ask("GET", repo)).text).toHaveLength(3_000_000);
    const gate = Promise.withResolvers<undefined>();
    github.faults.next({ kind: "held", until: gate.promise });
    const held = ask("GET", repo);
    expect((await ask("GET", "/repos/acme/second")).status).toBe(200);
    expect(github.requests.at(-2)?.status).toBeUndefined();
    gate.resolve(undefined);
    expect((await held).status).toBe(200);
  });

  test("an answer that is known is not sent again", async () => {
    await using github = await filled();
    const ask = asking(github, "both");
    const tag = (await ask("GET", repo)).headers.get("etag") ?? "";
    const again = await ask("GET", repo, undefined, { "if-none-match": tag });
    expect([again.status, again.text]).toEqual([304, ""]);
  });
});

describe.skipIf(noDescription !== "")(`the fake refuses what the host does not describe${noDescription}`, () => {
  let shared: Github;
  beforeAll(async () => {
    shared = await filled();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each<readonly [string, string, unknown, string]>([
    ["GET", `${repo}/issues?assigned=me`, undefined, "query assigned is unknown"],
    ["GET", `${repo}/issues?state=shut`, undefined, "none of open, closed, all"],
    ["GET", `${repo}/issues?state=open&state=all`, undefined, "stands 2 times"],
    ["GET", `${repo}/issues?per_page=101`, undefined, "out of its range"],
    ["GET", `${repo}/issues?page=first`, undefined, "is no integer"],
    ["GET", `${repo}/issues?since=yesterday`, undefined, "is no date-time"],
    ["GET", `${repo}/issues/one`, undefined, "is no integer"],
    ["GET", `${repo}/contents/docs%2F..%2Fsecret`, undefined, "dot segment"],
    ["GET", "/repos/acme%2Fsecond/widget", undefined, "has a slash"],
    ["GET", "/repos//widget", undefined, "is empty"],
    ["GET", "/search/code", undefined, "query q is missing"],
    ["POST", `${repo}/issues`, { body: "x" }, "body.title is missing"],
    ["POST", `${repo}/issues`, { title: "x", private: false }, "body.private is unknown"],
    ["POST", `${repo}/git/refs`, { ref: "refs/heads/x", sha: 1 }, "body.sha is no string"],
    ["PUT", `${repo}/pulls/1/merge`, { merge_method: "octopus" }, "none of merge, squash, rebase"],
    ["DELETE", repo, undefined, "no such operation"],
    ["PATCH", repo, { private: false }, "no such operation"],
    ["POST", `${repo}/commits/main/comments`, { body: "x" }, "no such operation"],
    ["POST", "/graphql", { query: "{}" }, "no such operation"],
  ])("%s %s", async (method, path, body, wrong) => {
    shared.forget();
    const { status } = await asking(shared, "both")(method, path, body);
    expect(shared.violations).toEqual([expect.stringContaining(wrong)]);
    expect(status).toBe(wrong === "no such operation" ? 404 : 400);
    expect(shared.repository("acme/widget").issues.size).toBe(0);
  });

  test("a fault hides nothing of it", async () => {
    shared.forget();
    shared.faults.next({ kind: "status", status: 502 });
    expect((await asking(shared, "both")("GET", `${repo}/issues?assigned=me`)).status).toBe(502);
    expect(shared.violations).toEqual([expect.stringContaining("query assigned is unknown")]);
    expect(shared.requests).toMatchObject([{ operation: "GET /repos/{owner}/{repo}/issues", status: 502 }]);
  });

  test("what was asked is kept as it came", async () => {
    await using github = await filled();
    await asking(github, "both")("POST", `${repo}/issues`, { title: "Kept" });
    expect(github.requests).toEqual([
      expect.objectContaining({
        method: "POST",
        path: `${repo}/issues`,
        token: "both",
        body: { title: "Kept" },
        operation: "POST /repos/{owner}/{repo}/issues",
        status: 201,
      }),
    ]);
    github.forget();
    expect(github.requests).toEqual([]);
    expect(github.repository("acme/widget").issues.size).toBe(1);
  });
});
