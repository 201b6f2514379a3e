import { McpServer, ProtocolError } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callTool } from "./call-tool.ts";
import { listTool } from "./discovery.ts";
import type { Gate } from "./gate.ts";
import { serverCapabilities, serverInfo } from "./handshake.ts";
import type { Session } from "./session.ts";

/** Looser than the SDK's own, which throws the whole answer away for one root that is no file. */
const anyAnswer = z.looseObject({});

/**
 * The SDK's server with its own tool registry left empty: `tools/list` and `tools/call` are answered by the guard, for
 * both eras, so no tool exists that the guard does not know and no error text is made by anybody else.
 */
export class GuardedServer extends McpServer {
  constructor(session: Session, gate: Pick<Gate, "take" | "drop">) {
    const { definition } = session.inForce.guard;
    super(serverInfo(definition), { instructions: definition.instructions, capabilities: serverCapabilities });

    this.server.setRequestHandler("tools/list", () => {
      const { guard, caller } = session.inForce;
      return { tools: guard.toolsFor(caller.principal).map((tool) => listTool(tool, definition)) };
    });

    this.server.setRequestHandler("tools/call", async (request, context) => {
      const token = context.mcpReq._meta?.progressToken;
      const answer = await callTool(session, {
        name: request.params.name,
        arguments: request.params.arguments ?? {},
        arrival: gate.take(context.mcpReq.id),
        signal: context.mcpReq.signal,
        onProgress:
          token === undefined
            ? undefined
            : (progress) => {
                // a notification that the client can no longer take is no reason to end the call.
                context.mcpReq.notify({ method: "notifications/progress", params: { progressToken: token, ...progress } }).catch(() => undefined);
              },
      });
      if (context.mcpReq.signal.aborted) gate.drop(context.mcpReq.id);
      if (answer.form === "error") throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
      const { content, ...rest } = answer.result;
      return { ...rest, content: [...content] };
    });

    this.server.oninitialized = () => {
      // a handshake that the SDK refused may have declared more than the one that holds.
      if (this.server.getClientCapabilities()?.roots === undefined) session.clientRoots = undefined;
      session.clientRoots?.ready(async () => await this.server.request({ method: "roots/list" }, anyAnswer));
    };
  }
}
