import type { ToolResult } from "./tool.ts";

/** JSON writes one UTF-16 unit as six bytes at most (`\u0000`); a unit outside of ASCII takes three at most. */
const worstUnit = 6;
/** Keys, braces and quotes of one content part, with room to spare. */
const frame = 256;

/** Bytes of content that a result carries, as its record states them. */
export function contentBytes(result: ToolResult): number {
  let bytes = 0;
  for (const part of result.content) bytes += Buffer.byteLength(payload(part));
  if (result.structuredContent !== undefined) bytes += Buffer.byteLength(JSON.stringify(result.structuredContent));
  return bytes;
}

/**
 * Whether the result fits in so many bytes of JSON. Exact where it matters: a text is only serialised for its size when
 * the worst case of its escapes could be too much.
 */
export function fitsIn(result: ToolResult, limit: number): boolean {
  let exact = 0;
  let certain = true;
  let worst = frame;
  for (const part of result.content) worst += frame + payload(part).length * worstUnit;
  if (result.structuredContent !== undefined) certain = false;
  if (certain && worst <= limit) return true;
  for (const part of result.content) {
    exact += frame + Buffer.byteLength(part.type === "text" ? JSON.stringify(part.text) : payload(part));
    if (exact > limit) return false;
  }
  if (result.structuredContent !== undefined) exact += Buffer.byteLength(JSON.stringify(result.structuredContent));
  return exact + frame <= limit;
}

function payload(part: ToolResult["content"][number]): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "resource":
      return part.resource.blob;
    default:
      return part.data;
  }
}
