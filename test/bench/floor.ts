import { createInterface } from "node:readline";

/**
 * No server at all: answers every call at once with the same 4 KiB. What the client gets from it is the most that any
 * server could reach, so a ratio can be read against what the measurement itself costs.
 */
const text = "x".repeat(4 * 1024 - 1).concat("\n");
const answers: Readonly<Record<string, unknown>> = {
  initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "floor", version: "1" } },
  "tools/call": { content: [{ type: "text", text }] },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line) as { readonly id?: number; readonly method: string };
  if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: answers[method] ?? {} })}\n`);
}
