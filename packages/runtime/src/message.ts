import { isUtf8 } from "node:buffer";
import { boundPassed } from "./json-scan.ts";
import { idOfLongLine } from "./line-reader.ts";

export type RequestId = string | number;
export type Params = Readonly<Record<string, unknown>>;

export interface Request {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly method: string;
  readonly params?: Params;
}
export interface Notification {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: Params;
}
export interface Response {
  readonly jsonrpc: "2.0";
  readonly id?: RequestId;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export type Message =
  | { readonly kind: "request"; readonly message: Request }
  | { readonly kind: "notification"; readonly message: Notification }
  | { readonly kind: "response"; readonly message: Response };

/** What came is no message of the protocol. `id` and `method` as far as they could be read, for answer and record. */
export interface Malformed {
  readonly kind: "malformed";
  readonly code: -32700 | -32600;
  readonly rule: string;
  readonly message: string;
  readonly id: RequestId | null;
  readonly method: string | undefined;
}

/**
 * Reads one message, as strictly as JSON-RPC 2.0 and MCP write it. Guarantees that what passes has the shape that the
 * SDK's own schemas ask of every message, so nothing that passes is dropped by it without an answer.
 */
export function parseMessage(bytes: Buffer): (Message & { readonly text: string }) | Malformed {
  if (!isUtf8(bytes)) return malformed(-32700, "utf-8", "The message is not UTF-8.");
  const text = bytes.toString("utf8");
  const passed = boundPassed(text, bounds);
  if (passed !== undefined) {
    const message =
      passed === "depth" ? `The message is nested deeper than ${bounds.levels} levels.` : `The message has more than ${bounds.members} members and elements.`;
    return { ...malformed(-32600, passed, message), id: idOfLongLine(bytes.subarray(0, 256), bytes.subarray(-256)) };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed(-32700, "json", "The message is not JSON.");
  }
  if (Array.isArray(value)) return malformed(-32600, "batch", "Batches are not part of the protocol; send one message at a time.");
  if (!isRecord(value)) return malformed(-32600, "not-an-object", "The message is not a JSON object.");
  const read = classify(value);
  return read.kind === "malformed" ? read : { ...read, text };
}

/** The code of a refused message: what it passes is a limit, or what it is was never a message. */
export function codeOf({ rule }: Malformed): "limit.input" | "input.invalid" {
  return rule === "depth" || rule === "members" ? "limit.input" : "input.invalid";
}

/** Of a whole message; what a call's arguments may take is less and the guard's business. */
const bounds = { levels: 128, members: 16_384 };
const requestKeys: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const responseKeys: ReadonlySet<string> = new Set(["jsonrpc", "id", "result", "error"]);

function classify(value: Record<string, unknown>): Message | Malformed {
  const id = isId(value["id"]) ? value["id"] : null;
  const method = typeof value["method"] === "string" ? value["method"] : undefined;
  const wrong = (rule: string, message: string): Malformed => ({ ...malformed(-32600, rule, message), id, method });

  if (value["jsonrpc"] !== "2.0") return wrong("jsonrpc", 'The member jsonrpc is not "2.0".');
  if (Object.hasOwn(value, "id") && id === null && !(isRecord(value["error"]) && value["id"] === null)) {
    return wrong("id", "The member id is neither an integer nor a string of at most 1,024 characters.");
  }
  if (Object.hasOwn(value, "method")) {
    if (method === undefined) return wrong("method", "The member method is not a string.");
    if (!Object.keys(value).every((key) => requestKeys.has(key))) return wrong("member", "The message has a member that requests do not have.");
    if (Object.hasOwn(value, "params") && !isParams(value["params"])) return wrong("params", "The member params is not an object, or its _meta is not.");
    return id === null ? { kind: "notification", message: value as unknown as Notification } : { kind: "request", message: value as unknown as Request };
  }
  if (!Object.keys(value).every((key) => responseKeys.has(key))) return wrong("member", "The message is neither a request nor a response.");
  const hasError = Object.hasOwn(value, "error");
  if (hasError === Object.hasOwn(value, "result")) return wrong("response", "The message is neither a request nor a response.");
  if (hasError ? !isError(value["error"]) : !isRecord(value["result"]) || id === null) return wrong("response", "The response is not well-formed.");
  return { kind: "response", message: value as unknown as Response };
}

function isParams(params: unknown): boolean {
  if (!isRecord(params)) return false;
  if (!Object.hasOwn(params, "_meta")) return true;
  const meta = params["_meta"];
  return isRecord(meta) && (!Object.hasOwn(meta, "progressToken") || isId(meta["progressToken"]));
}

function isError(error: unknown): boolean {
  return isRecord(error) && Number.isSafeInteger(error["code"]) && typeof error["message"] === "string";
}

/** Longer strings are no ids that anybody sends, and would make every answer as long. */
const longestId = 1_024;

function isId(id: unknown): id is RequestId {
  return typeof id === "string" ? id.length <= longestId : Number.isSafeInteger(id);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(code: Malformed["code"], rule: string, message: string): Malformed {
  return { kind: "malformed", code, rule, message, id: null, method: undefined };
}
