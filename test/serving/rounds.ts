import { answerOf, answerOfError, type Answer, type HttpServer } from "@postern/testing";
import { keyOf } from "./callers.ts";

/** One `tools/call` of the 2026 era as it is written, over HTTP: for answers that no client library would send. */
export interface RoundCall {
  readonly principal: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly state?: unknown;
  readonly responses?: unknown;
}

export interface Round {
  readonly answer: Answer;
  /** Of a question: what a client sends back with the human's answer. */
  readonly state: string | undefined;
}

const protocol = "2026-07-28";

export async function round(server: HttpServer, { principal, tool, input, state, responses }: RoundCall): Promise<Round> {
  const retry = { ...(responses !== undefined && { inputResponses: responses }), ...(state !== undefined && { requestState: state }) };
  const { json, text } = await server.send({
    token: keyOf(principal),
    headers: [
      ["Accept", "application/json, text/event-stream"],
      ["Mcp-Protocol-Version", protocol],
      ["Mcp-Method", "tools/call"],
      ["Mcp-Name", tool],
    ],
    body: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: input, ...retry, _meta: meta } },
  });
  if (json === undefined) throw new Error(`no JSON: ${text}`);
  const { result, error } = json as { readonly result?: { readonly requestState?: string }; readonly error?: Parameters<typeof answerOfError>[0] };
  return { answer: error === undefined ? answerOf(result) : answerOfError(error), state: result?.requestState };
}

/** Asks, and gives back what a client would send on. */
export async function stateOf(server: HttpServer, call: RoundCall): Promise<string> {
  const { state, answer } = await round(server, call);
  if (state === undefined) throw new Error(`nothing was asked: ${JSON.stringify(answer.raw)}`);
  return state;
}

export function answering(said: unknown): Readonly<Record<string, unknown>> {
  return { approval: said };
}

const meta = {
  "io.modelcontextprotocol/protocolVersion": protocol,
  "io.modelcontextprotocol/clientInfo": { name: "postern-rounds", version: "0" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
};
