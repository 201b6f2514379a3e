import { parseMessage } from "./message.ts";
import type { ServerDefinition } from "./tool.ts";

/** Revisions that the 2025-era handshake can agree on, as the SDK has them: the newest one first, which is offered to who asks for another. */
export const revisions: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"];
/** A first message that is longer says more than a plain handshake does. */
const longest = 4096;

const paramKeys: ReadonlySet<string> = new Set(["protocolVersion", "capabilities", "clientInfo"]);
const infoKeys: ReadonlySet<string> = new Set(["name", "version", "title", "description", "websiteUrl"]);
/** Capabilities whose members are switches without settings. */
const switchKeys: ReadonlySet<string> = new Set(["sampling", "elicitation", "experimental", "extensions"]);

/** What of a server its handshake tells. */
export type Described = Pick<ServerDefinition, "name" | "version" | "instructions" | "prompts">;

/** What this server says of itself to every client of the era. */
export function serverCapabilities({ prompts }: Pick<ServerDefinition, "prompts">) {
  return { tools: { listChanged: false }, ...(prompts !== undefined && { prompts: { listChanged: false } }) };
}

export function serverInfo({ name, version }: Pick<ServerDefinition, "name" | "version">): { readonly name: string; readonly version: string } {
  return { name: `postern-${name}`, version };
}

/**
 * The answer to a plain 2025-era `initialize`, byte for byte the SDK's; undefined for every other message, also for a
 * handshake that says anything out of the ordinary. A client then waits for no module of the SDK. Nothing in this answer
 * depends on the caller, and nothing is allowed by it.
 */
export function plainHandshake(line: Buffer, definition: Described): string | undefined {
  if (line.length > longest) return undefined;
  const read = parseMessage(line);
  if (read.kind !== "request" || read.message.method !== "initialize") return undefined;
  const { id, params = {} } = read.message;
  const { protocolVersion: asked, capabilities, clientInfo } = params;
  if (!hasOnly(params, paramKeys) || typeof asked !== "string" || !isPlainInfo(clientInfo) || !arePlain(capabilities)) return undefined;
  const result = {
    protocolVersion: revisions.includes(asked) ? asked : revisions[0],
    capabilities: serverCapabilities(definition),
    serverInfo: serverInfo(definition),
    ...(definition.instructions !== "" && { instructions: definition.instructions }),
  };
  return JSON.stringify({ result, jsonrpc: "2.0", id });
}

function isPlainInfo(info: unknown): boolean {
  if (!isRecord(info) || !hasOnly(info, infoKeys)) return false;
  return typeof info["name"] === "string" && typeof info["version"] === "string" && Object.values(info).every((value) => typeof value === "string");
}

function arePlain(capabilities: unknown): boolean {
  if (!isRecord(capabilities)) return false;
  return Object.entries(capabilities).every(([key, value]) => {
    if (!isRecord(value)) return false;
    if (key === "roots") return Object.entries(value).every(([name, on]) => name === "listChanged" && typeof on === "boolean");
    return switchKeys.has(key) && Object.values(value).every((on) => isRecord(on) && Object.keys(on).length === 0);
  });
}

function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => keys.has(key));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
