import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";

let files: Tree;
let server: HttpServer;

beforeAll(async () => {
  files = tree({ "open/a.txt": "for whoever asks\n" });
  const callers = ["2025", "2026"].flatMap((era) => [
    { id: `ada-${era}`, tenant: `acme-${era}` },
    { id: `bob-${era}`, tenant: `acme-${era}` },
    { id: `eve-${era}` },
  ]);
  const card = (id: string, who: readonly string[], rest = ""): string =>
    `{ id: ${id}, server: filesystem-read, principals: [${who.join(", ")}], tools: [read_text_file], targets: { roots: [ { path: ${files.at("open")} } ] }${rest} }`;
  const budgets = ["2025", "2026"].map((era) => `  - { tenant: acme-${era}, calls: 2/hour }\n`).join("");
  const ids = callers.map(({ id }) => id);
  server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, callers, [card("all", ids)], `budgets:\n${budgets}`) });
});

afterAll(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

function send(era: "2025" | "2026", token: string, path: string): Promise<RawAnswer> {
  const params = { name: "read_text_file", arguments: { path } };
  if (era === "2025") return server.send({ token, headers: accept, body: { jsonrpc: "2.0", id: 1, method: "tools/call", params } });
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "by hand", version: "0" },
  };
  const headers = [...accept, ["mcp-protocol-version", "2026-07-28"], ["mcp-method", "tools/call"], ["mcp-name", "read_text_file"]] as const;
  return server.send({ token, headers, body: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...params, _meta } } });
}

const accept = [["accept", "application/json, text/event-stream"]] as const;

describe.each(["2025", "2026"] as const)("over HTTP, in the era %s", (era) => {
  test("a budget that is used up is told to the model and to HTTP, and binds two callers of one tenant (B2, E3, E4, E6)", async () => {
    const [ada, bob, eve] = [`ada-${era}`, `bob-${era}`, `eve-${era}`] as const;
    for (const who of [ada, bob]) {
      const answer = await send(era, keyOf(who), files.at("open/a.txt"));
      expect([answer.status, answer.headers["retry-after"], answer.text.includes("for whoever asks")]).toEqual([200, undefined, true]);
    }
    const refused = await send(era, keyOf(ada), files.at("open/a.txt"));
    expect(refused.status).toBe(200);
    expect(refused.text).not.toContain("for whoever asks");
    expect(refused.text).not.toContain(bob);
    const { isError, denial } = denialIn(refused);
    expect({ isError, denial }).toMatchObject({ isError: true, denial: { code: "budget.exhausted", rule: "budget:tenant:calls" } });
    // in seconds, and no less than what the answer says in milliseconds
    expect(refused.headers["retry-after"]).toBe(String(Math.ceil((denial?.retryAfterMs ?? 0) / 1000)));
    expect(server.calls({ principal: ada, code: "budget.exhausted" })).toMatchObject([
      { transport: "http", tenant: `acme-${era}`, outcome: "denied", budget: [{ per: "tenant", owner: `acme-${era}`, resource: "calls", taken: 0, left: 0 }] },
    ]);
    expect((await send(era, keyOf(eve), files.at("open/a.txt"))).text).toContain("for whoever asks");
  });

  test("a call that is refused over and over is refused as a loop, with the time to wait (B2, E6)", async () => {
    const eve = `eve-${era}`;
    const met: (string | undefined)[] = [];
    for (let round = 0; round < 61; round += 1) met.push(denialIn(await send(era, keyOf(eve), "/etc/passwd")).denial?.code);
    expect(met.slice(0, 60)).toEqual(met.slice(0, 60).map(() => "path.outside_root"));
    expect(met[60]).toBe("budget.loop");
    const held = await send(era, keyOf(eve), "/etc/passwd");
    expect([held.status, denialIn(held).denial?.code]).toEqual([200, "budget.loop"]);
    expect(Number(held.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(server.calls({ principal: eve, code: "budget.loop" })).toMatchObject([{ rule: "loop:identical" }, { rule: "loop:identical" }]);
    expect((await send(era, keyOf(eve), files.at("open/a.txt"))).text).toContain("for whoever asks");
  });
});

interface Shown {
  readonly isError?: boolean;
  readonly denial: { readonly code: string; readonly rule: string; readonly retryAfterMs?: number } | undefined;
}

/** The denial of an answer that is one JSON document or one event of a stream. */
function denialIn({ json, text }: RawAnswer): Shown {
  const message = (json ?? JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? "null")) as {
    readonly result?: { isError?: boolean; _meta?: Record<string, Shown["denial"]> };
  } | null;
  const { isError = false, _meta } = message?.result ?? {};
  return { isError, denial: _meta?.["dev.postern/denial"] };
}
