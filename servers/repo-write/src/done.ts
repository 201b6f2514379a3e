import type { Change } from "@postern/policy";
import type { ToolResult } from "@postern/runtime";

/** What a change came to, as the host says it: numbers and names alone, none of its texts. */
export function done(told: Readonly<Record<string, string | number | boolean | undefined>>, changes: readonly Change[]): ToolResult {
  return { content: [{ type: "text", text: JSON.stringify(told) }], changes };
}
