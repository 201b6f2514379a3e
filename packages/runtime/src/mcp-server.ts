import { McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callTool, type ToolCall } from "./call-tool.ts";
import { listTool } from "./discovery.ts";
import type { Gate } from "./gate.ts";
import { serverCapabilities, serverInfo } from "./handshake.ts";
import { listPrompt, type Prompt, promptMessages, promptsFor } from "./prompt.ts";
import type { Session } from "./session.ts";

const longestName = 128;

/** Looser than the SDK's own, which throws the whole answer away for one root that is no file. */
const anyAnswer = z.looseObject({});

/**
 * The SDK's server with its own tool registry left empty: `tools/list` and `tools/call` are answered by the guard, for
 * both eras, so no tool exists that the guard does not know and no error text is made by anybody else.
 */
export class GuardedServer extends McpServer {
  constructor(session: Session, gate: Pick<Gate, "take" | "drop">) {
    const { definition } = session.inForce.guard;
    super(serverInfo(definition), { instructions: definition.instructions, capabilities: serverCapabilities(definition) });

    this.server.setRequestHandler("tools/list", () => {
      const { guard, caller } = session.inForce;
      return { tools: guard.toolsFor(caller.principal).map((tool) => listTool(tool, definition)) };
    });

    this.server.setRequestHandler("tools/call", async (request, context) => {
      const { name, arguments: given = {} } = request.params;
      const answer = await callTool(session, { endpoint: "tools/call", name, arguments: given, ...wayOf(context.mcpReq, gate) });
      if (context.mcpReq.signal.aborted) gate.drop(context.mcpReq.id);
      if (answer.form === "error") throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
      const { content, ...rest } = answer.result;
      return { ...rest, content: [...content] };
    });

    if (definition.prompts !== undefined) this.#servePrompts(session, gate, definition.prompts);

    this.server.oninitialized = () => {
      // a handshake that the SDK refused may have declared more than the one that holds.
      if (this.server.getClientCapabilities()?.roots === undefined) session.clientRoots = undefined;
      session.clientRoots?.ready(async () => await this.server.request({ method: "roots/list" }, anyAnswer));
    };
  }

  #servePrompts(session: Session, gate: Pick<Gate, "take">, prompts: readonly Prompt[]): void {
    const visible = (): readonly Prompt[] => {
      const { guard, caller } = session.inForce;
      return promptsFor(prompts, guard.toolsFor(caller.principal));
    };
    this.server.setRequestHandler("prompts/list", () => ({ prompts: visible().map(listPrompt) }));
    this.server.setRequestHandler("prompts/get", async (request, context) => {
      const { name, arguments: given = {} } = request.params;
      const prompt = visible().find((each) => each.name === name);
      if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name.slice(0, longestName)}`);
      const call = { endpoint: "prompts/get", name: prompt.tool, arguments: { ...prompt.fixed, ...given } } as const;
      return promptMessages(prompt, await callTool(session, { ...call, ...wayOf(context.mcpReq, gate) }));
    });
  }
}

type Incoming = Pick<ServerContext["mcpReq"], "id" | "signal" | "notify" | "_meta">;

/** Where a call came from, and where its progress goes. */
function wayOf(request: Incoming, gate: Pick<Gate, "take">): Pick<ToolCall, "arrival" | "signal" | "onProgress"> {
  const token = request._meta?.progressToken;
  return {
    arrival: gate.take(request.id),
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
