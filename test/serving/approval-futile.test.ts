import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answerOf, type RawMessage } from "@postern/testing";
import { afterAll, describe, test } from "vitest";
import { a, dnsServer } from "../../packages/network/test/dns-server.ts";
import { expect } from "../expect.ts";
import { answer as httpAnswer, rawHost } from "../fetch-write/origins.ts";
import { fetchBin, senderBin, startWriter, writerBin } from "../subjects.ts";
import { folderToAsk, human, startAsked, writeAskedPolicy, yes } from "./asked.ts";
import { isQuestion } from "./streams.ts";

const { place, card } = folderToAsk();
afterAll(() => place.remove());

describe("no human is asked about a call that cannot happen (B3)", () => {
  test("because its budget is used up, or because it asks for more than the whole of it (B2)", async () => {
    const asked = human();
    const budget = "budget: { owner: ada, calls: 1/hour, bytes: 4KB/hour }";
    await using client = await startAsked("stdio 2025", {
      bin: writerBin,
      folder: place.at("policy"),
      cards: [card.replace("approval:", `${budget}, approval:`)],
      human: asked,
    });
    const file = place.at("files/budget.txt");
    expect(await client.call("append_file", { path: file, content: "x".repeat(5_000) })).toDenyWith("budget.exhausted", "budget:owner:bytes");
    expect(await client.call("append_file", { path: file, content: "1" })).toAllow();
    expect(asked.questions).toHaveLength(1);
    const refused = await client.call("append_file", { path: file, content: "2" });
    expect(refused).toDenyWith("budget.exhausted", "budget:owner:calls");
    expect([asked.questions.length, readFileSync(file, "utf8")]).toEqual([1, "1"]);
    const records = client.server.calls({ tool: "append_file" });
    expect(records.map(({ decision, rule }) => `${decision} ${rule}`)).toEqual([
      "deny budget:owner:bytes",
      "allow approval:asked",
      "allow route:asked",
      "deny budget:owner:calls",
    ]);
  });

  test("because its idempotency key is another request's, or was used by it already: the one is refused, the other tells what was done", async () => {
    const asked = human();
    let slow: (() => void) | undefined;
    await using origin = await rawHost("127.0.0.88", (request, socket) => {
      const answer = (): void => void socket.end(httpAnswer("201 Created", '{"number":7}'));
      if (request.includes("slow")) slow = answer;
      else answer();
    });
    const call = `method: POST, url: "http://127.0.0.88:${origin.port}/", body: { type: object, properties: { to: { type: string } } }`;
    const targets = `{ internal: { networks: [127.0.0.0/8], ports: [${origin.port}] }, calls: { pay: { description: Pays somebody., ${call} } } }`;
    const pay = `{ id: pay, server: fetch-write, principals: [ada], tools: "*", targets: ${targets}, approval: required }`;
    await using client = await startAsked("stdio 2025", { bin: senderBin, folder: place.at("policy"), cards: [pay], human: asked });
    const paying = (to: string, key: string) => client.call("pay", { body: { to }, idempotency_key: key });
    expect(await paying("bob", "one")).toAllow();
    expect([asked.questions.length, origin.requests.length]).toEqual([1, 1]);
    expect(await paying("mallory", "one")).toDenyWith("input.key_reused");
    const again = await paying("bob", "one");
    expect(again).toAllow();
    expect(again.text).toContain("Nothing was done now");
    const open = paying("slow", "two");
    await expect.poll(() => slow).toBeDefined();
    expect(await paying("slow", "two")).toDenyWith("input.key_in_flight");
    slow?.();
    expect(await open).toAllow();
    expect([asked.questions.length, origin.requests.length]).toEqual([2, 2]);
    expect(client.server.calls({ tool: "pay" }).filter(({ rule }) => rule?.startsWith("repeats:"))).toMatchObject([{ decision: "allow", outcome: "ok" }]);
  });

  test("because its client can ask nobody, which is known before any name is looked up (N1)", async () => {
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, "127.0.0.89") : []));
    const asked = human();
    const targets = '{ hosts: ["*.attacker.example"], robots: ignore, internal: { networks: [127.0.0.0/8], ports: [9] } }';
    const web = `{ id: web, server: fetch-read, principals: [ada], tools: "*", targets: ${targets}, approval: required }`;
    const network = `\nnetwork: { resolvers: ["${dns.at}"] }\n`;
    const start = (who?: typeof asked) =>
      startAsked("stdio 2025", { bin: fetchBin, folder: place.at("policy"), cards: [web], ...(who && { human: who }), more: network });
    const url = "http://stolen.attacker.example:9/";
    {
      await using client = await start();
      const refused = await client.call("fetch", { url });
      expect(refused).toDenyWith("approval.required", "approval:web");
      expect(refused.denial?.targets).toMatchObject([{ raw: url }]);
      expect(client.server.calls({ tool: "fetch" })).toMatchObject([
        { decision: "deny", code: "approval.required", targets: [{ raw: url, decision: "deny" }] },
      ]);
    }
    expect(dns.asked).toEqual([]);
    await using client = await start(asked);
    await client.call("fetch", { url });
    expect(asked.questions).toHaveLength(1);
    expect(dns.asked).not.toEqual([]);
  });
});

describe("roots that the client narrows while its human is asked (B3, S1)", () => {
  async function writing(then: string, to: string): Promise<Readonly<{ code: string | undefined; written: boolean }>> {
    const policy = writeAskedPolicy(place.at("policy"), [card], "stdio 2025");
    await using server = await startWriter(["--policy", policy, "--principal", "ada"], { era: "raw" });
    let root = place.at("files");
    let named = 0;
    const question = Promise.withResolvers<RawMessage>();
    server.raw.onMessage((message) => {
      if (isQuestion(message)) question.resolve(message);
      if (message.method !== "roots/list") return;
      named += 1;
      server.raw.send({ jsonrpc: "2.0", id: message.id, result: { roots: [{ uri: pathToFileURL(root).href }] } });
    });
    await server.raw.initialize({ elicitation: {}, roots: { listChanged: true } });
    const file = place.at(`files/${to}`);
    const sent = server.raw.request("tools/call", { name: "write_file", arguments: { path: file, content: "x" } });
    const { id } = await question.promise;
    root = place.at(then);
    const before = named;
    server.raw.notify("notifications/roots/list_changed");
    await expect.poll(() => named).toBe(before + 1);
    server.raw.send({ jsonrpc: "2.0", id, result: yes });
    const { denial } = answerOf((await sent).result);
    return { code: denial?.code, written: existsSync(file) };
  }

  test("hold for the call that waits: what they leave out does not happen", async () => {
    expect(await writing("policy", "left-out.txt")).toEqual({ code: "path.outside_root", written: false });
  });

  test("and what they still give does", async () => {
    expect(await writing("files", "left-in.txt")).toEqual({ code: undefined, written: true });
  });
});
