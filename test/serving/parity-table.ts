import type { Issuer } from "./issuer.ts";

/** Who asks. `proven` is whether the server knows at all who that is. */
export interface Asker {
  readonly name: string;
  readonly token?: string | ((issuer: Issuer) => Promise<string>);
  readonly header?: readonly [string, string];
  /** `unnamed`: proven, and no principal of the policy. */
  readonly knows: "nobody" | "unnamed" | "somebody" | "the right one";
}

export interface Message {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** What a caller gets who is known: `served` by every server, `call` decided by the guard, `absent` as a method that is not there. */
  readonly for: "served" | "call" | "absent";
}

/** Every request of the protocol, of both eras, that a client can send to a server, and those that only servers send. */
export function messages(
  tool: string,
  input: Readonly<Record<string, unknown>>,
  prompt: Readonly<Record<string, unknown>> | undefined,
  era: "2025" | "2026",
): readonly Message[] {
  const only = (when: boolean): "served" | "absent" => (when ? "served" : "absent");
  const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "parity", version: "0" } };
  return [
    { method: "initialize", params: client, for: only(era === "2025") },
    { method: "ping", for: only(era === "2025") },
    { method: "server/discover", for: only(era === "2026") },
    { method: "tools/list", for: "served" },
    { method: "tools/call", params: { name: tool, arguments: input }, for: "call" },
    { method: "prompts/list", for: only(prompt !== undefined) },
    { method: "prompts/get", params: prompt ?? { name: "none" }, for: prompt === undefined ? "absent" : "call" },
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
          name: tool,
          arguments: input,
        },
        for: "absent",
      }),
    ),
  ];
}

/** The headers and the envelope that make a message one of its era. */
export function written(era: "2025" | "2026", { method, params }: Pick<Message, "method" | "params">, id: number) {
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
