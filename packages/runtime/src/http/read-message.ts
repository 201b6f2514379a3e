import { codeOf, type Message, parseMessage } from "../message.ts";
import type { Admitted } from "./admitted.ts";
import { readBody } from "./read-body.ts";
import { refused, type Refused } from "./refused.ts";

/** One message and the bytes that it came in. */
export interface ReadMessage {
  readonly read: Message;
  readonly text: string;
  readonly bytes: Buffer;
}

/** Reads the one message of a POST, under the limits of every message. An array of them is no message. */
export async function readMessage({ request, head, place, about, reply }: Admitted, most: number): Promise<ReadMessage | Refused> {
  if (!/^application\/json\s*(?:;|$)/i.test(head.contentType ?? "")) return refused(415, "input.invalid", "content-type", "A message is application/json.");
  if (request.headers["content-encoding"] !== undefined) return refused(415, "input.invalid", "content-encoding", "A message comes without a content coding.");
  const bytes = await readBody(request, most, place, () => reply.invite());
  if (!Buffer.isBuffer(bytes)) return bytes;
  about.bytes = bytes.length;
  const read = parseMessage(bytes);
  if (read.kind !== "malformed") {
    if ("method" in read.message) about.endpoint = read.message.method;
    return { read, text: read.text, bytes };
  }
  about.endpoint = read.method ?? "unreadable";
  const { code: rpc, rule, message, id } = read;
  return refused(400, codeOf(read), rule, message, { rpc, id });
}
