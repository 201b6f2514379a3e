import { startHttpServer, tree, witness, withoutGuard, type HttpServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { keyOf, writePolicy } from "../serving/callers.ts";
import { readerBin } from "../subjects.ts";
import { plantMany } from "../trees.ts";
import { httpHosts, type HttpHostClient } from "./http-clients.ts";

const patient = { timeout: 10_000 };
const many = Array.from({ length: 8 }, (_, at) => `caller${at}`);

let files: Tree;
let server: HttpServer;
beforeAll(async () => {
  files = tree({
    "root/hello.txt": "hello\n",
    "root/sub/": true,
    "outside/secret.txt": "OUTSIDE",
    ...Object.fromEntries(many.map((id) => [`own/${id}/name.txt`, `${id}\n`])),
  });
  // Enough work that a call is still under way when it is cancelled, and long enough for progress.
  plantMany(files.at("root/many"), { folders: 100, perFolder: 300, content: "nothing to find here\n".repeat(20) });
  const shared = `{ id: shared, server: filesystem-read, principals: [ada, listener], tools: [read_text_file, search_file_contents], targets: { roots: [ { path: ${files.at("root")} } ] } }`;
  const own = many.map(
    (id) => `{ id: ${id}, server: filesystem-read, principals: [${id}], tools: "*", targets: { roots: [ { path: ${files.at("own", id)} } ] } }`,
  );
  const policy = writePolicy(files.root, [{ id: "ada" }, { id: "listener" }, ...many.map((id) => ({ id }))], [shared, ...own]);
  server = await startHttpServer({ bin: readerBin, policy });
});
afterAll(async () => {
  await server?.close();
  files?.remove();
});

describe.each(httpHosts)("$name", (host) => {
  let client: HttpHostClient;
  beforeAll(async () => {
    client = await host.connect(server.url, keyOf("ada"));
  });
  afterAll(() => client?.[Symbol.asyncDispose]());

  test("does not come in without a key that is known, and is recorded (P2)", async () => {
    const before = server.calls({ code: "principal.unauthenticated" }).length;
    await expect(host.connect(server.url, keyOf("nobody"))).rejects.toThrow();
    const records = server.calls({ code: "principal.unauthenticated" }).slice(before);
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) expect(record).toMatchObject({ decision: "deny", outcome: "denied", principal: "(unauthenticated)", rule: "key" });
  });

  test("settles on its revision, with a session where its era has them", () => {
    expect(client.protocol).toBe(host.protocol);
    if (host.sessions) expect(client.sessionId()).toMatch(/^[0-9a-f-]{36}$/);
    else expect(client.sessionId()).toBeUndefined();
  });

  test("lists the tools of its card, closed and marked as reading (P3, S3)", async () => {
    const tools = await client.tools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(["read_text_file", "search_file_contents"]);
    for (const tool of tools) {
      expect(tool).toMatchObject({ inputSchema: { type: "object", additionalProperties: false }, annotations: { readOnlyHint: true } });
    }
  });

  test("completes a call, with a receipt that names its record (E1, E5, S5)", async () => {
    const answer = await client.call("read_text_file", { path: files.at("root/hello.txt") });
    expect(answer).toAllow();
    expect(answer.text).toBe("hello\n");
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({
      tool: "read_text_file",
      decision: "allow",
      outcome: "ok",
      principal: "ada",
      transport: "http",
      protocol: host.protocol,
      client: "interop 1.0.0",
    });
  });

  test("gets a typed denial for a neighbor that works without the guard, and nothing is read (S5, E3, F3)", async () => {
    const path = `${files.at("root")}/sub/../../outside/secret.txt`;
    expect(withoutGuard.read(path).toString()).toBe("OUTSIDE");
    const watch = witness(files.at("outside"));
    const answer = await client.call("read_text_file", { path });
    expect(answer).toDenyWith("path.outside_root");
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    expect(server.calls({ call: answer.denial?.receipt.call ?? "none" })).toMatchObject([{ decision: "deny", code: "path.outside_root", outcome: "denied" }]);
  });

  test("gets one answer for a hidden tool and for one that does not exist (P3)", async () => {
    const hidden = await client.call("list_directory", { path: files.at("root") });
    const unknown = await client.call("list_direct0ry", { path: files.at("root") });
    expect(hidden).toBeUnknownTool();
    expect(unknown).toBeUnknownTool();
    expect(hidden.error?.message.replace("list_directory", "")).toBe(unknown.error?.message.replace("list_direct0ry", ""));
  });

  test("hears progress on long work, rising", async () => {
    const heard: number[] = [];
    const answer = await client.call("search_file_contents", { path: files.at("root"), pattern: "absent" }, { onProgress: (progress) => heard.push(progress) });
    expect(answer).toAllow();
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  test("cancels work that is under way: it stops, and the record says so (E2)", async () => {
    const abort = new AbortController();
    const call = client.call(
      "search_file_contents",
      { path: files.at("root"), pattern: "never (there)*", literal: false },
      { signal: abort.signal, onProgress: () => abort.abort() },
    );
    await expect(call).rejects.toThrow();
    expect(abort.signal.aborted).toBe(true);
    await expect.poll(() => server.calls({ tool: "search_file_contents" }).at(-1)?.outcome, patient).toBe("cancelled");
    expect(await client.call("read_text_file", { path: files.at("root/hello.txt") })).toAllow();
    // What the server had said before it heard of the end may still come, for a call that the client has forgotten.
    expect(client.errors.filter(({ message }) => !message.includes("a progress notification for an unknown token"))).toEqual([]);
  });

  test("eight at once, each with a key of its own, get their own answers and no other (P1, P2)", async () => {
    const clients = await Promise.all(many.map((id) => host.connect(server.url, keyOf(id))));
    try {
      const rounds = Array.from({ length: 5 }, () =>
        clients.map(async (each, at) => {
          const path = files.at("own", many[at] ?? "none", "name.txt");
          expect((await each.call("read_text_file", { path })).text).toBe(`${many[at]}\n`);
          const others = files.at("own", many[(at + 1) % many.length] ?? "none", "name.txt");
          expect(await each.call("read_text_file", { path: others })).toDenyWith("path.outside_root");
        }),
      );
      await Promise.all(rounds.flat());
      if (host.sessions) expect(new Set(clients.map((each) => each.sessionId())).size).toBe(many.length);
    } finally {
      await Promise.all(clients.map((each) => each[Symbol.asyncDispose]()));
    }
  });

  test("ends its session where it has one", async () => {
    await using ending = await host.connect(server.url, keyOf("ada"));
    const id = ending.sessionId();
    await ending.endSession();
    expect(ending.sessionId()).toBeUndefined();
    if (id === undefined) return;
    const late = await server.send({ token: keyOf("ada"), headers: [["Mcp-Session-Id", id]], body: { jsonrpc: "2.0", id: 1, method: "tools/list" } });
    expect(late.status).toBe(404);
  });
});

describe.each(httpHosts.filter(({ sessions }) => sessions))("$name", (host) => {
  test("whose session was ended hears of it, and begins another one", async () => {
    await using ended = await host.connect(server.url, keyOf("ada"));
    const id = ended.sessionId() ?? expect.unreachable("there is no session");
    expect((await server.send({ method: "DELETE", token: keyOf("ada"), headers: [["Mcp-Session-Id", id]] })).status).toBe(204);
    await expect(ended.call("read_text_file", { path: files.at("root/hello.txt") })).rejects.toThrow("There is no such session");
    await using again = await host.connect(server.url, keyOf("ada"));
    expect(again.sessionId()).not.toBe(id);
    expect(await again.call("read_text_file", { path: files.at("root/hello.txt") })).toAllow();
  });

  test("asks for a stream to listen to, is told that there is none, and goes on (S5)", async () => {
    const refusals = () => server.calls({ code: "input.invalid", principal: "listener" });
    const before = refusals().length;
    await using client = await host.connect(server.url, keyOf("listener"));
    await expect.poll(() => refusals().slice(before), patient).toMatchObject([{ rule: "method", endpoint: "HTTP GET", decision: "deny" }]);
    expect(await client.call("read_text_file", { path: files.at("root/hello.txt") })).toAllow();
  });
});
