import { McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { canAsk } from "./asking.ts";
import { callTool, type ToolCall } from "./call-tool.ts";
import type { Desk } from "./desk.ts";
import { listTool } from "./discovery.ts";
import { humanAnswer } from "./human-answer.ts";
import { serverCapabilities, serverInfo } from "./handshake.ts";
import { listPrompt, type Prompt, promptMessages, promptsFor } from "./prompt.ts";
import { questionKey } from "./question.ts";
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
      const call = { endpoint: "tools/call", name, arguments: given, ...askingOf(context.mcpReq), ...wayOf(context.mcpReq, desk) } as const;
      const answer = await callTool(desk.sessionOf(id), call);
      desk.answered?.(id, answer);
      if (signal.aborted) desk.drop(id);
      if (answer.form === "error") throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
      if (answer.question !== undefined) return { ...answer.question, inputRequests: { ...answer.question.inputRequests } };
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
      const asking = { how: "none", lacks: "nobody can be asked about a prompt; its tool can be called instead" } as const;
      const call = { endpoint: "prompts/get", name: prompt.tool, arguments: { ...prompt.fixed, ...given }, asking } as const;
      const { id } = context.mcpReq;
      const answer = await callTool(desk.sessionOf(id), { ...call, ...wayOf(context.mcpReq, desk) });
      desk.answered?.(id, answer);
      return promptMessages(prompt, answer);
    });
  }
}

type Incoming = Pick<ServerContext["mcpReq"], "id" | "signal" | "notify" | "_meta">;

const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

/** How the human of a 2026-era request is asked, and what it brings of a question; a prompt cannot bring anything. */
function askingOf(request: Pick<ServerContext["mcpReq"], "envelope" | "inputResponses" | "requestState">): Pick<ToolCall, "asking" | "brought"> {
  const { envelope, inputResponses } = request;
  if (envelope === undefined) return {};
  const token = request.requestState();
  const brings = inputResponses !== undefined || token !== undefined;
  const said = humanAnswer(inputResponses?.[questionKey]);
  return {
    ...(canAsk((envelope as Readonly<Record<string, unknown>>)[capabilitiesKey]) && { asking: { how: "input_required" } }),
    ...(brings && { brought: { how: "input_required", token: typeof token === "string" ? token : undefined, said } }),
  };
}

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
