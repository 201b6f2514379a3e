import { createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { asking } from "./asking.ts";
import { everything, filled } from "./filled.ts";

const repo = "/repos/acme/widget";

describe("tokens and names", () => {
  test("a token does what it may, where it may", async () => {
    await using github = await filled();
    const cases: readonly (readonly [string | undefined, string, string, number])[] = [
      ["reader", "GET", repo, 200],
      ["reader", "GET", `${repo}/commits`, 200],
      ["reader", "GET", `${repo}/issues`, 403],
      ["reader", "GET", `${repo}/secret-scanning/alerts`, 403],
      ["reader", "GET", "/repos/acme/second", 404],
      ["reader", "GET", "/repos/other/private", 404],
      ["reader", "GET", "/repos/no/such", 404],
      ["reader", "GET", "/repos/other/open/issues", 200],
      ["reader", "GET", "/repos/other/open/secret-scanning/alerts", 403],
      ["nobody", "GET", repo, 401],
      [undefined, "GET", repo, 404],
      [undefined, "GET", "/repos/other/open", 200],
      ["theirs", "GET", repo, 404],
    ];
    for (const [token, method, path, status] of cases) expect([token, path, (await asking(github, token)(method, path)).status]).toEqual([token, path, status]);
    for (const path of [repo, "/repos/other/open"]) {
      const body = { ref: "refs/heads/x", sha: await github.repository(path.slice("/repos/".length)).head() };
      const { status, headers } = await asking(github, "reader")("POST", `${path}/git/refs`, body);
      expect([status, headers.get("x-accepted-github-permissions")]).toEqual([403, "contents=write"]);
    }
    expect(await github.repository("other/open").git.refs("refs/heads/x")).toEqual([]);
    github.revoke("reader");
    expect((await asking(github, "reader")("GET", repo)).status).toBe(401);
    expect(github.violations).toEqual([]);
  });

  test("every answer tells what is left of the quota, and none is answered when nothing is", async () => {
    await using github = await filled({ rates: { core: 3, code_search: 1 } });
    const [ask, other] = [asking(github, "both"), asking(github, "reader")];
    const left: (string | null)[] = [];
    for (const path of [repo, "/repos/no/such", repo, repo]) left.push((await ask("GET", path)).headers.get("x-ratelimit-remaining"));
    expect(left).toEqual(["2", "1", "0", "0"]);
    expect((await ask("GET", repo)).status).toBe(403);
    expect((await other("GET", repo)).status).toBe(200);
    const search = await ask("GET", "/search/code?q=hidden");
    expect([search.status, search.headers.get("x-ratelimit-resource"), search.headers.get("x-ratelimit-used")]).toEqual([200, "code_search", "1"]);
    expect((await ask("GET", "/search/code?q=hidden")).status).toBe(403);
  });

  test("a former name leads to the number until somebody takes it", async () => {
    await using github = await filled();
    const ask = asking(github, "both");
    const { id } = github.repository("acme/widget");
    github.rename("acme/widget", "acme/gadget");
    const moved = await ask("GET", `${repo}/issues?state=all`);
    expect([moved.status, moved.headers.get("location")]).toEqual([301, `${github.api}/repositories/${id}/issues`]);
    const written = await ask("POST", `${repo}/issues`, { title: "Here?" });
    expect([written.status, written.headers.get("location")]).toEqual([307, `${github.api}/repositories/${id}/issues`]);
    expect((await ask("GET", `/repositories/${id}`)).body).toMatchObject({ id, full_name: "acme/gadget" });
    expect((await asking(github, "theirs")("GET", repo)).status).toBe(404);
    const taken = await github.add("acme/widget", { private: false, files: { "README.md": "Not what you think\n" } });
    expect((await ask("GET", repo)).body).toMatchObject({ id: taken.id, full_name: "acme/widget" });
    expect(taken.id).not.toBe(id);
    expect(github.repository("acme/gadget").issues.size).toBe(0);
  });

  test("a transferred issue leads to its new place", async () => {
    await using github = await filled();
    const [widget, second] = [github.repository("acme/widget"), github.repository("acme/second")];
    const issue = widget.issue({ title: "Elsewhere" });
    const moved = github.transferIssue(issue, second);
    const ask = asking(github, "both");
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { title: "x" }],
      ["POST", "/comments", { body: "x" }],
    ] as const) {
      const { status, headers } = await ask(method, `${repo}/issues/${issue.number}${path}`, body);
      expect([status, headers.get("location")]).toEqual([301, `${github.api}/repositories/${second.id}/issues/${moved.number}`]);
    }
    expect([moved.title, moved.comments]).toEqual(["Elsewhere", []]);
    expect((await ask("GET", `${repo}/issues?state=all`)).body).toEqual([]);
  });
});

describe("tokens of an App", () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const apps = { "42": { publicKey: pem, installations: { 7: { account: "acme", repositories: "all", permissions: everything } } } } as const;

  function signed({ key = privateKey, lives = 300, iss = "42" } = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now - 10, exp: now + lives, iss })}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key).toString("base64url")}`;
  }

  const path = "/app/installations/7/access_tokens";

  test("are as narrow as they were asked for, and as wide as the installation where nothing was", async () => {
    await using github = await filled({ apps });
    const ask = asking(github, signed());
    const { id } = github.repository("acme/widget");
    const narrow = await ask("POST", path, { repository_ids: [id], permissions: { contents: "read" } });
    expect([narrow.status, narrow.body]).toEqual([
      201,
      expect.objectContaining({ permissions: { metadata: "read", contents: "read" }, repository_selection: "selected" }),
    ]);
    const token = (narrow.body as { readonly token: string }).token;
    expect(github.secrets).toContain(token);
    const statuses: number[] = [];
    for (const at of [repo, "/repos/acme/second", `${repo}/issues`]) statuses.push((await asking(github, token)("GET", at)).status);
    expect(statuses).toEqual([200, 404, 403]);
    expect((await ask("POST", path)).body).toMatchObject({ permissions: everything, repository_selection: "all" });
    github.faults.next({ kind: "wider-mint" });
    const wider = (await ask("POST", path, { repository_ids: [id], permissions: { contents: "read" } })).body as { readonly repositories: readonly unknown[] };
    expect(wider).toMatchObject({ permissions: everything, repository_selection: "all" });
    expect(wider.repositories).toHaveLength(2);
    expect(github.violations).toEqual([]);
  });

  test("are not given to who cannot sign, nor for what the installation has not", async () => {
    await using github = await filled({ apps });
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    for (const token of [signed({ key: other }), signed({ lives: -1 }), signed({ lives: 3600 }), signed({ iss: "43" }), "both"])
      expect((await asking(github, token)("POST", path, {})).status).toBe(401);
    const ask = asking(github, signed());
    const { id } = github.repository("other/private");
    expect((await ask("POST", path, { repository_ids: [id] })).status).toBe(422);
    expect((await ask("POST", path, { permissions: { administration: "write" } })).status).toBe(422);
    expect((await ask("POST", "/app/installations/8/access_tokens")).status).toBe(404);
    expect(github.secrets).toEqual([]);
  });
});
