import { hash } from "node:crypto";
import type { Request } from "./message.ts";
import { argumentsSpan, type Span } from "./raw-arguments.ts";
import { envelopeOf } from "./session.ts";

/** What is known of a request from the bytes that it came in. */
export interface Arrival {
  readonly method: string;
  readonly bytes: number;
  /** Size and SHA-256 of the arguments' JSON exactly as it came; of a request without arguments those of nothing. */
  readonly digest: { readonly bytes: number; readonly sha256: string };
  /** What a request of the 2026 era says of itself; null on the others. */
  readonly protocol: string | null;
  readonly client: string | null;
}

const nothing = { bytes: 0, sha256: hash("sha256", "") };

/** `text` is what the bytes of the message say. */
export function arrivalOf(request: Request, text: string, bytes: Buffer): Arrival {
  const { method, params } = request;
  const found = method === "tools/call" || method === "prompts/get" ? argumentsSpan(text) : undefined;
  return { method, bytes: bytes.length, digest: found === undefined ? nothing : digestOf(found, text, bytes), ...envelopeOf(params) };
}

function digestOf({ from, to }: Span, text: string, bytes: Buffer): Arrival["digest"] {
  // Where each character is one byte, the bytes are there already.
  const raw = text.length === bytes.length ? bytes.subarray(from, to) : Buffer.from(text.slice(from, to));
  return { bytes: raw.length, sha256: hash("sha256", raw) };
}
