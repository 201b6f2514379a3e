import { hash } from "node:crypto";
import type { Request } from "./message.ts";
import { rawArguments } from "./raw-arguments.ts";
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

/** `text` is the message as it came, of `bytes` bytes. */
export function arrivalOf(request: Request, text: string, bytes: number): Arrival {
  const raw = request.method === "tools/call" ? rawArguments(text) : undefined;
  return {
    method: request.method,
    bytes,
    digest: raw === undefined ? nothing : { bytes: Buffer.byteLength(raw), sha256: hash("sha256", raw) },
    ...envelopeOf(request.params),
  };
}
