import type { Params, RequestId } from "./message.ts";

export interface CallParams {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly progressToken: RequestId | undefined;
}

/** What a `tools/call` asks for. Its `problem` where its parameters are none of a call; `tool` as far as it could be read. */
export function readCallParams(params: Params = {}): CallParams | { readonly problem: string; readonly tool?: string } {
  const { name, arguments: given = {} } = params;
  if (typeof name !== "string") return { problem: "tools/call takes a name, which is a string." };
  if (typeof given !== "object" || given === null || Array.isArray(given)) return { problem: "tools/call takes arguments, which are an object.", tool: name };
  const meta = params["_meta"] as { readonly progressToken?: RequestId } | undefined;
  return { name, arguments: given as CallParams["arguments"], progressToken: meta?.progressToken };
}
