import type { CallRow } from "./parity-subjects.ts";

export type Era = "2025" | "2026";

export interface Message {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** What a caller gets who is known: `served` by every server, `call` decided by the guard, `absent` as a method that is not there. */
  readonly for: "served" | "call" | "absent";
  /** Of a call: which one. */
  readonly row?: CallRow;
}

/** Every request of the protocol, of both eras, that a client can send to a server, and those that only servers send. */
export function messages(rows: readonly CallRow[], prompt: Readonly<Record<string, unknown>> | undefined, era: Era): readonly Message[] {
  const only = (when: boolean): "served" | "absent" => (when ? "served" : "absent");
  const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "parity", version: "0" } };
  const [first] = rows;
  return [
    { method: "initialize", params: client, for: only(era === "2025") },
    { method: "ping", for: only(era === "2025") },
    { method: "server/discover", for: only(era === "2026") },
    { method: "tools/list", for: "served" },
    ...rows.map((row): Message => ({ method: "tools/call", params: { name: row.tool, arguments: row.input }, for: "call", row })),
    { method: "prompts/list", for: only(prompt !== undefined) },
    {
      method: "prompts/get",
      params: prompt ?? { name: "none" },
      ...(prompt === undefined || first === undefined ? { for: "absent" } : { for: "call", row: first }),
    },
    ...[
      "resources/list",
      "resources/templates/list",
      "resources/read",
      "resources/subscribe",
      "resources/unsubscribe",
      "completion/complete",
      "logging/setLevel",
      "roots/list",
      "sampling/createMessage",
      "elicitation/create",
      "tasks/list",
      "tasks/get",
      "tasks/result",
      "tasks/cancel",
      "no/such/method",
    ].map(
      (method): Message => ({
        method,
        params: {
          uri: "file:///etc/passwd",
          ref: { type: "ref/prompt", name: "x" },
          argument: { name: "a", value: "b" },
          level: "info",
          taskId: "x",
          name: first?.tool,
          arguments: first?.input,
        },
        for: "absent",
      }),
    ),
  ];
}

/** The headers and the envelope that make a message one of its era. */
export function written(era: Era, { method, params }: Pick<Message, "method" | "params">, id: number) {
  if (era === "2025") return { headers: [], body: { jsonrpc: "2.0", id, method, ...(params && { params }) } } as const;
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "parity", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const name = params?.["name"] ?? params?.["uri"];
  const headers: (readonly [string, string])[] = [
    ["mcp-protocol-version", "2026-07-28"],
    ["mcp-method", method],
    ...(typeof name === "string" && /^(?:tools\/call|prompts\/get|resources\/read)$/.test(method)
      ? [["mcp-name", String(method === "resources/read" ? params?.["uri"] : name)] as const]
      : []),
  ];
  return { headers, body: { jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } } } as const;
}
