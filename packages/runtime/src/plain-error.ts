const longestText = 200;

/** The SDK answers parameters that do not fit with the raw text of its schema library, as an internal error. */
export function plainError(error: { readonly code: number; readonly message: string; readonly data?: unknown }): { rpc: number; text: string; data?: unknown } {
  if (error.code === -32603) return { rpc: -32602, text: "The request's parameters do not fit the schema of its method." };
  return { rpc: error.code, text: error.message.slice(0, longestText), data: error.data };
}
