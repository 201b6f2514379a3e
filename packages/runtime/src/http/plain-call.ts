import { type CallParams, readCallParams } from "../call-params.ts";
import { revisions } from "../handshake.ts";
import type { Request as Call } from "../message.ts";
import type { Admitted } from "./admitted.ts";

export interface PlainCall {
  readonly era: "legacy" | "modern";
  readonly call: CallParams;
}

const modernRevision = "2026-07-28";
const key = (name: string): string => `io.modelcontextprotocol/${name}`;
const envelope: ReadonlySet<string> = new Set([key("protocolVersion"), key("clientInfo"), key("clientCapabilities")]);
const legacyParams: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);

/**
 * A call that says nothing out of the ordinary: headers and message agree in every point that the protocol has rules for,
 * so there is nothing for the SDK to find, whose passes over a request cost more than a small call. Undefined: the SDK
 * is to say what it is.
 */
export function plainCall({ request: { headers } }: Pick<Admitted, "request">, { method, params = {} }: Call): PlainCall | undefined {
  if (method !== "tools/call" || !Object.keys(params).every((name) => legacyParams.has(name))) return undefined;
  const call = readCallParams(params);
  if ("problem" in call) return undefined;
  const meta = (params["_meta"] ?? {}) as Readonly<Record<string, unknown>>;
  const version = headers["mcp-protocol-version"];
  if (Object.keys(meta).every((name) => name === "progressToken")) {
    const known = version === undefined || revisions.includes(String(version));
    return known && headers["mcp-method"] === undefined && headers["mcp-name"] === undefined ? { era: "legacy", call } : undefined;
  }
  const agrees = version === modernRevision && headers["mcp-method"] === method && headers["mcp-name"] === call.name && /^[\w.-]+$/.test(call.name);
  return agrees && isPlainEnvelope(meta) ? { era: "modern", call } : undefined;
}

function isPlainEnvelope(meta: Readonly<Record<string, unknown>>): boolean {
  const { [key("protocolVersion")]: version, [key("clientInfo")]: info, [key("clientCapabilities")]: capabilities } = meta;
  if (!Object.keys(meta).every((name) => envelope.has(name)) || version !== modernRevision) return false;
  if (!isRecord(capabilities) || Object.keys(capabilities).length > 0) return false;
  return (
    info === undefined ||
    (isRecord(info) && Object.keys(info).toSorted().join() === "name,version" && Object.values(info).every((value) => typeof value === "string"))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
