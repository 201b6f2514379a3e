import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { AnswerScript, NameScript } from "../world/script.ts";
import { publicOrigin } from "../world/world.ts";

/** A `dns` row of the corpus, as the world's resolver takes it. */
export interface DnsInput {
  readonly A?: readonly string[] | "SERVFAIL" | "TIMEOUT";
  readonly AAAA?: readonly string[] | "SERVFAIL" | "TIMEOUT";
  readonly A_owner?: string;
  readonly CNAME?: readonly string[];
  readonly CNAME_LOOP?: true;
  readonly sequence?: readonly DnsInput[];
  readonly retry?: true;
}

/** An address of the world's own, besides loopback's: public to look at. */
export const ownAddress = "8.8.4.4";

export function nameOf(name: string, { A, AAAA, A_owner, CNAME, CNAME_LOOP, sequence }: DnsInput): NameScript {
  const told = Array.isArray(A) ? A.map((text: string) => (text === "OWN_INTERFACE" ? ownAddress : text)) : A;
  return {
    ...(told !== undefined && { A: told }),
    ...(AAAA !== undefined && { AAAA }),
    ...(A_owner !== undefined && { owner: A_owner }),
    ...(CNAME !== undefined && { CNAME }),
    ...(CNAME_LOOP === true && { CNAME: [`loop.${name}`, name] }),
    ...(sequence !== undefined && { sequence: sequence.map((each) => nameOf(name, each)) }),
  };
}

/** A `redirect` row. */
export interface RedirectInput {
  readonly from: string;
  readonly status: number;
  readonly method?: "POST";
  readonly location?: string | readonly string[] | null;
  readonly refresh?: string;
  readonly chain?: number;
}

export function movedBy({ from, status, location, refresh, chain }: RedirectInput): Readonly<Record<string, AnswerScript>> {
  const step = (to: string): AnswerScript => ({ status, headers: [["location", to]], body: "" });
  if (chain !== undefined) {
    return Object.fromEntries(Array.from({ length: chain }, (_, at) => [at === 0 ? "/" : `/step-${at}`, step(`/step-${at + 1}`)]));
  }
  const locations = [location ?? []].flat();
  const headers = [...locations.map((to) => ["location", to] as const), ...(refresh === undefined ? [] : [["refresh", refresh] as const])];
  return { [new URL(from).pathname]: { status, headers: [...headers, ["content-type", "text/plain"]], body: "" } };
}

/** A `response` row. */
export interface ResponseInput {
  readonly body?: "br bomb" | "gzip bomb" | "gzip,gzip" | "zstd" | "drip 1 byte / 100 ms" | "header drip";
  readonly expanded?: number;
  readonly contentLength?: string;
  readonly contentType?: string;
  readonly status?: number;
}

/** Bodies that only a deadline ends: they have a suite of their own, in which all wait at once. */
export const slowBodies = { "drip 1 byte / 100 ms": "deadline", "header drip": "net.timeout" } as const;

export function answerBy({ body, expanded = 0, contentLength, contentType, status }: ResponseInput): AnswerScript {
  const text = ["content-type", "text/plain"] as const;
  const coded = (coding: string, bytes: Buffer): AnswerScript => ({ headers: [text, ["content-encoding", coding]], body: bytes.toString("base64") });
  const zeros = (): Buffer => Buffer.alloc(expanded);
  switch (body) {
    case "br bomb":
      return coded("br", brotliCompressSync(zeros(), { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
    case "gzip bomb":
      return coded("gzip", gzipSync(zeros()));
    case "gzip,gzip":
      return coded("gzip, gzip", gzipSync(gzipSync(zeros())));
    case "zstd":
      return coded("zstd", zstdCompressSync(zeros()));
    case "drip 1 byte / 100 ms":
      return { headers: [text], drip: "body" };
    case "header drip":
      return { drip: "headers" };
    default:
      if (contentLength !== undefined) return { headers: [text, ["content-length", contentLength]], stall: true };
      if (status !== undefined) return { status, headers: status === 101 ? [["upgrade", "websocket"]] : [], body: "" };
      return { headers: contentType === "" ? [] : [["content-type", contentType ?? "text/plain"]], body: Buffer.from("\u0000\u0001binary").toString("base64") };
  }
}

/** Where every name of these tests leads that a row does not say more of. */
export const usualNames: Readonly<Record<string, NameScript>> = { "allowed.example": { A: [publicOrigin] } };
