import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";

/** What one writes with the SDK and nothing else: one tool, no guard, no principals, no records. Prints its port. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "unguarded", version: "0" }, { capabilities: { tools: { listChanged: false } } });
  server.registerTool("read_text_file", { description: "Reads a file.", inputSchema: z.strictObject({ path: z.string() }) }, async ({ path }) => ({
    content: [{ type: "text", text: await readFile(path, "utf8") }],
  }));
  return server;
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

const server = createServer((request, response) => {
  void (async () => {
    const headers = new Headers(
      Object.entries(request.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as [string, string]] : [])),
    );
    const parsedBody: unknown = JSON.parse(await bodyOf(request));
    const answer = await handler.fetch(new Request("http://localhost/mcp", { method: "POST", headers }), { parsedBody });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  })();
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as { readonly port: number }).port}\n`));
