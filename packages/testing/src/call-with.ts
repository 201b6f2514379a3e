import { ProtocolError, type Client } from "@modelcontextprotocol/client";
import { answerOf, answerOfError, type Answer } from "./answer.ts";

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: { readonly progress: number; readonly total?: number | undefined; readonly message?: string | undefined }) => void;
}

/** One `tools/call` through the client library, answered alike for results and errors. */
export async function callWith(client: Client, name: string, input: Readonly<Record<string, unknown>>, how: CallOptions): Promise<Answer> {
  try {
    const result = await client.callTool(
      { name, arguments: input },
      { timeout: how.timeoutMs ?? 20_000, ...(how.signal && { signal: how.signal }), ...(how.onProgress && { onprogress: how.onProgress }) },
    );
    return answerOf(result);
  } catch (error) {
    if (ProtocolError.isInstance(error)) return answerOfError({ code: error.code, message: error.message, data: error.data });
    throw error;
  }
}
