import { McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { callTool, type ToolCall } from "./call-tool.ts";
import type { Desk } from "./desk.ts";
import { listTool } from "./discovery.ts";
import { serverCapabilities, serverInfo } from "./handshake.ts";
import { listPrompt, type Prompt, promptMessages, promptsFor } from "./prompt.ts";
import type { RequestId } from "./message.ts";
import type { ServerDefinition } from "./tool.ts";

const longestName = 128;

/**
 * The SDK's server with its own tool registry left empty: `tools/list` and `tools/call` are answered by the guard, for
 * both eras, so no tool exists that the guard does not know and no error text is made by anybody else.
 */
export class GuardedServer extends McpServer {
  constructor(definition: ServerDefinition, desk: Desk) {
    super(serverInfo(definition), { instructions: definition.instructions, capabilities: serverCapabilities(definition) });

    this.server.setRequestHandler("tools/list", (_request, { mcpReq: { id } }) => {
      const { guard, caller } = desk.sessionOf(id).inForce;
      return { tools: guard.toolsFor(caller.principal).map((tool) => listTool(tool, definition)) };
    });

    this.server.setRequestHandler("tools/call", async (request, context) => {
      const { name, arguments: given = {} } = request.params;
      const { id, signal } = context.mcpReq;
      const answer = await callTool(desk.sessionOf(id), { endpoint: "tools/call", name, arguments: given, ...wayOf(context.mcpReq, desk) });
      desk.answered?.(id, answer);
      if (signal.aborted) desk.drop(id);
      if (answer.form === "error") throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
      const { content, ...rest } = answer.result;
      return { ...rest, content: [...content] };
    });

    if (definition.prompts !== undefined) this.#servePrompts(desk, definition.prompts);
  }

  #servePrompts(desk: Desk, prompts: readonly Prompt[]): void {
    const visible = (id: RequestId): readonly Prompt[] => {
      const { guard, caller } = desk.sessionOf(id).inForce;
      return promptsFor(prompts, guard.toolsFor(caller.principal));
    };
    this.server.setRequestHandler("prompts/list", (_request, { mcpReq: { id } }) => ({ prompts: visible(id).map(listPrompt) }));
    this.server.setRequestHandler("prompts/get", async (request, context) => {
      const { name, arguments: given = {} } = request.params;
      const prompt = visible(context.mcpReq.id).find((each) => each.name === name);
      if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name.slice(0, longestName)}`);
      const call = { endpoint: "prompts/get", name: prompt.tool, arguments: { ...prompt.fixed, ...given } } as const;
      const { id } = context.mcpReq;
      const answer = await callTool(desk.sessionOf(id), { ...call, ...wayOf(context.mcpReq, desk) });
      desk.answered?.(id, answer);
      return promptMessages(prompt, answer);
    });
  }
}

type Incoming = Pick<ServerContext["mcpReq"], "id" | "signal" | "notify" | "_meta">;

/** Where a call came from, and where its progress goes. */
function wayOf(request: Incoming, desk: Desk): Pick<ToolCall, "arrival" | "signal" | "onProgress"> {
  const token = request._meta?.progressToken;
  return {
    arrival: desk.take(request.id),
    signal: request.signal,
    onProgress:
      token === undefined
        ? undefined
        : (progress) => {
            // a notification that the client can no longer take is no reason to end the call.
            request.notify({ method: "notifications/progress", params: { progressToken: token, ...progress } }).catch(() => undefined);
          },
  };
}
