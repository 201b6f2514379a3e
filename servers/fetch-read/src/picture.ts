import type { Fetched } from "@postern/network";
import type { ToolResult } from "@postern/runtime";

/** What a file of each type begins with: an answer that only says that it is a picture is not given as one. */
const beginnings: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ["image/png", (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ["image/jpeg", (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ["image/gif", (bytes) => /^GIF8[79]a$/.test(bytes.toString("latin1", 0, 6))],
  ["image/webp", (bytes) => bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP"],
];

/** Bytes. More than a model can use, and less than an answer may hold in base64. */
const largest = 4 * 1024 * 1024;

/** An answer that is a picture of a kind that models see. Undefined: it is none, or too large for one. */
export function pictureOf({ headers, body }: Pick<Fetched, "headers" | "body">): ToolResult["content"][number] | undefined {
  const header = headers["content-type"];
  const type = typeof header === "string" ? header.split(";", 1)[0]?.trim().toLowerCase() : undefined;
  const found = beginnings.find(([name, begins]) => name === type && begins(body));
  return found === undefined || body.length > largest ? undefined : { type: "image", data: body.toString("base64"), mimeType: found[0] };
}
