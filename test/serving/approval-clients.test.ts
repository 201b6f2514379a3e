import { existsSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { answerOf, startHttpServer } from "@postern/testing";
import { afterAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { writerBin } from "../subjects.ts";
import { folderToAsk, writeAskedPolicy, yes, type Said } from "./asked.ts";
import { keyOf } from "./callers.ts";

const { place, card } = folderToAsk();
afterAll(() => place.remove());

const asking: readonly { readonly name: string; connect(client: Client): Promise<() => Promise<void>> }[] = [
  {
    name: "stdio",
    async connect(client) {
      const policy = writeAskedPolicy(place.at("policy"), [card], "stdio 2025");
      const args = [writerBin, "--policy", policy, "--principal", "ada", "--evidence", place.at("evidence.db")];
      const transport: Transport = new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" });
      await client.connect(transport);
      return async () => undefined;
    },
  },
  {
    name: "HTTP",
    async connect(client) {
      const server = await startHttpServer({ bin: writerBin, policy: writeAskedPolicy(place.at("policy"), [card], "HTTP 2025") });
      const headers = { authorization: `Bearer ${keyOf("ada")}` };
      const transport = new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } });
      await client.connect(transport);
      return () => server.close();
    },
  },
];

describe.each(asking)("a client of the SDK v1, over $name, asks its human (B3)", ({ name, connect }) => {
  test.for<readonly [string, Said, boolean]>([
    ["says yes", yes, true],
    ["says no", { action: "decline" }, false],
    ["leaves the box unticked", { action: "accept", content: { approve: false } }, false],
  ])("who %s", async ([how, said, happens]) => {
    const client = new Client({ name: "approving", version: "1.0.0" }, { capabilities: { elicitation: {} } });
    const questions: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      questions.push(params.message);
      return said;
    });
    const close = await connect(client);
    const file = place.at(`files/${name}-${how.replaceAll(" ", "-")}.txt`);
    const answer = answerOf(await client.callTool({ name: "write_file", arguments: { path: file, content: "x" } }));
    expect(questions).toHaveLength(1);
    expect(answer.denial?.code).toBe(happens ? undefined : "approval.declined");
    expect(existsSync(file)).toBe(happens);
    await client.close();
    await close();
  });
});
