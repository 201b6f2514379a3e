import { tree, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFetcherBy } from "../subjects.ts";
import { gives, web, type Web } from "./web.ts";

let place: Tree;
let server: RunningServer;
let origin: Web;
const end = "-----END RSA PRIVATE KEY-----";
const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA".repeat(4)}`;
const secret = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = await web("127.0.0.86", {});
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

describe("what stands in place of a secret makes no markup of what an author put around it (U4)", () => {
  test.each([
    ["a picture", `<p>!${secret}(http://evil.test/x.png)</p>`, "!\\[redacted:github-token](http"],
    ["a link", `<p>${secret}(http://evil.test/x)</p>`, "\\[redacted:github-token](http"],
    ["a definition and its picture", `<p>${secret}: http://evil.test/x.png</p><p>!${secret}</p>`, "\\[redacted:github-token]: http"],
    ["behind a backslash", `<p>!\\${secret}(http://evil.test/x.png)</p>`, "\\\\\\[redacted:github-token](http"],
    ["code that a key begins in", `<p><code>${key}</code> x ${end} <code>![i](/zz)</code>`, "`\\[redacted:private-key]` \\[redacted:private-key] `![i](/zz)`"],
    [
      "a block of code",
      `<pre>${key}</pre><p>${end}</p><pre>![i](/zz)</pre>`,
      "```\n\\[redacted:private-key]\n```\n\n\\[redacted:private-key]\n\n```\n![i](/zz)\n```",
    ],
  ])("%s", async (_name, html, shown) => {
    origin.pages.set("/page", gives("text/html", html));
    const { text, redactions } = await server.call("fetch", { url: origin.at("/page") });
    expect(text).toContain(shown);
    expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\[redacted:/);
    expect(redactions).toContainEqual({ kind: shown.includes("private-key") ? "private-key" : "github-token", count: expect.any(Number) });
  });

  test("a text that is no Markdown of ours has its masks as they are", async () => {
    origin.pages.set("/page", gives("application/json", JSON.stringify({ token: secret })));
    expect((await server.call("fetch", { url: origin.at("/page") })).text).toContain('{"token":"[redacted:github-token]"}');
  });
});
