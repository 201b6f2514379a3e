import { isJSONRPCNotification, isJSONRPCRequest, type JSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import type { DenialCode } from "@postern/policy";
import { shownReceipt } from "./answer.ts";
import { arrivalOf, type Arrival } from "./arrival.ts";
import { type Asking, undeclared } from "./asking.ts";
import { readCallParams, type CallParams } from "./call-params.ts";
import { callTool } from "./call-tool.ts";
import { createClientQuestions } from "./client-questions.ts";
import type { Desk } from "./desk.ts";
import { idOfLongLine, type Line } from "./line-reader.ts";
import { codeOf, parseMessage, type Malformed, type Notification, type Request, type RequestId, type Response } from "./message.ts";
import { plainError } from "./plain-error.ts";
import type { Question } from "./question.ts";
import { introduce, whoOf, type Session } from "./session.ts";
import type { Wire } from "./stdio.ts";
import { wrongNotification } from "./wrong-notification.ts";

/**
 * Weight of the messages in hand above which no more input is taken: more small ones than the guard lets run and wait,
 * and not more than 64 MiB of large ones.
 */
const heaviest = 1024;
const weightUnit = 64 * 1024;

type Refused = Pick<Malformed, "rule" | "message" | "id" | "method"> & {
  readonly rpc: number;
  readonly bytes: number;
  readonly code?: DenialCode;
  readonly tool?: string;
  readonly data?: unknown;
};

/** What stands between the bytes of a connection and the SDK. */
export interface Gate extends Desk {
  /** What the SDK takes for its transport. */
  readonly transport: Transport;
  /** Whether everything that arrived is answered; a subscription, which has no end of its own, does not count. */
  idle(): boolean;
}

/**
 * Guarantees: whatever reaches the process is well-formed traffic of the protocol, or a call that the guard decides, or
 * leaves one record and, where it can be answered, one answer. Nothing is dropped in silence and nothing that the client
 * sends ends the connection; `onEnd` says that the client has. Two requests in flight never have the same id, so no answer can reach another call.
 */
export function createGate(wire: Wire, session: Session, onEnd: () => void): Gate {
  const inFlight = new Map<RequestId, Arrival & { taken: boolean; abort?: AbortController }>();
  /** Ids of the SDK's requests to the client. */
  const asked = new Set<RequestId>();
  const questions = createClientQuestions();
  let inHand = 0;
  let held = false;
  let closed = false;

  const transport: Transport = {
    async start() {
      wire.start({ line: receive, end: onEnd });
    },
    async send(message) {
      await send(message);
    },
    async close() {
      if (closed) return;
      closed = true;
      await wire.close();
      transport.onclose?.();
    },
  };

  function receive(line: Line): void {
    if (closed) return;
    if (line.kind === "too-long") {
      const message = `The message is longer than the limit of ${session.inForce.guard.limits.messageBytes} bytes.`;
      const id = idOfLongLine(line.head, line.tail);
      return refuse({ rpc: -32600, code: "limit.input", rule: "message-bytes", message, id, method: undefined, bytes: line.length });
    }
    const bytes = line.bytes.length;
    const parsed = parseMessage(line.bytes);
    switch (parsed.kind) {
      case "malformed":
        return refuse({ ...parsed, rpc: parsed.code, code: codeOf(parsed), bytes });
      case "request":
        return receiveRequest(parsed.message, parsed.text, line.bytes);
      case "notification":
        return receiveNotification(parsed.message, bytes);
      case "response":
        return receiveResponse(parsed.message, bytes);
    }
  }

  function receiveRequest(request: Request, text: string, raw: Buffer): void {
    const { id, method, params } = request;
    const bytes = raw.length;
    const wrong = (rpc: number, rule: string, message: string, tool?: string): void =>
      refuse({ rpc, rule, message, id, method, bytes, ...(tool !== undefined && { tool }) });
    if (inFlight.has(id)) return wrong(-32600, "id-in-use", "Another request with this id is not answered yet.");
    if (method === "initialize") introduce(session, params);
    if (method !== "tools/call") {
      if (!isJSONRPCRequest(request)) return wrong(-32600, "request", "The request does not fit the schema of requests.");
      inFlight.set(id, { ...arrivalOf(request, text, raw), taken: false });
      return deliver(request);
    }

    const call = readCallParams(params);
    if ("problem" in call) return wrong(-32602, "call", call.problem, call.tool);
    const arrival = arrivalOf(request, text, raw);
    if (session.era === "legacy") {
      const abort = new AbortController();
      inFlight.set(id, { ...arrival, taken: true, abort });
      void answerCall(id, call, arrival, abort.signal);
      return;
    }
    if (!isJSONRPCRequest(request)) return wrong(-32600, "request", "The request does not fit the schema of requests.", call.name);
    inFlight.set(id, { ...arrival, taken: false });
    carry(bytes);
    deliver(request);
  }

  /**
   * A call of a 2025-era connection, without the SDK: that era has no envelope to check and no result to reshape, and
   * the SDK's three schema passes over request and answer cost more than the rest of a small call.
   */
  async function answerCall(id: RequestId, { progressToken: token, ...call }: CallParams, arrival: Arrival, signal: AbortSignal): Promise<void> {
    carry(arrival.bytes);
    const onProgress =
      token === undefined
        ? undefined
        : (progress: object): void => {
            if (!signal.aborted) write({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: token, ...progress } });
          };
    const ask = async (question: Question, stop: AbortSignal): Promise<unknown> => {
      // The answer comes in on the same connection: calls that wait for one must not keep it from being read.
      putDown(arrival.bytes);
      try {
        return await questions.ask(question, write, stop);
      } finally {
        carry(arrival.bytes);
      }
    };
    const asking: Asking = session.asks ? { how: "elicitation", ask } : undeclared;
    const answer = await callTool(session, { endpoint: "tools/call", ...call, arrival, signal, onProgress, asking });
    inFlight.delete(id);
    putDown(arrival.bytes);
    // nothing may be sent for a request that its client cancelled.
    if (signal.aborted) return;
    const body = answer.form === "result" ? { result: answer.result } : { error: answer.error };
    write({ jsonrpc: "2.0", id, ...body });
  }

  function receiveNotification(notification: Notification, bytes: number): void {
    const { method, params } = notification;
    const ignored = (rule: string): void => refuse({ rpc: 0, rule, message: "", id: null, method, bytes });
    const wrong = wrongNotification(notification);
    if (wrong !== undefined) return ignored(wrong);
    if (!isJSONRPCNotification(notification)) return ignored("notification");
    if (method === "notifications/cancelled") {
      const id = params?.["requestId"] as RequestId;
      const entry = inFlight.get(id);
      entry?.abort?.abort();
      if (entry !== undefined && entry.method !== "tools/call") inFlight.delete(id);
    }
    // at once: the call behind it is not decided by the roots from before.
    if (method === "notifications/roots/list_changed") session.clientRoots?.changed();
    deliver(notification);
  }

  function receiveResponse(response: Response, bytes: number): void {
    if (response.id !== undefined && asked.delete(response.id)) return deliver(response);
    if (questions.take(response)) return;
    refuse({ rpc: 0, rule: "unexpected-response", message: "", id: null, method: undefined, bytes });
  }

  function deliver(message: Request | Notification | Response): void {
    transport.onmessage?.(message as JSONRPCMessage);
  }

  async function send(message: JSONRPCMessage): Promise<void> {
    if ("method" in message) {
      if ("id" in message) asked.add(message.id);
      return write(message);
    }
    const { id } = message;
    const entry = id === undefined ? undefined : inFlight.get(id);
    if (id === undefined || entry === undefined) return;
    inFlight.delete(id);
    if (entry.method === "tools/call") putDown(entry.bytes);
    if ("result" in message) {
      const version = message.result["protocolVersion"];
      if (entry.method === "initialize" && typeof version === "string") session.protocol = version;
      return write(message);
    }
    if (entry.taken) return write(message);
    const { rpc, text, data } = plainError(message.error);
    refuse({ rpc, rule: `rpc:${rpc}`, message: text, id, method: entry.method, bytes: entry.bytes, data });
  }

  /** Records what is no call, then answers it, where it is something that has an answer. */
  function refuse(refused: Refused): void {
    carry(0);
    void record(refused).finally(() => putDown(0));
  }

  async function record({ rpc, code = "input.invalid", rule, message, id, method, bytes, tool, data }: Refused): Promise<void> {
    const { transport: via, protocol, client, inForce } = session;
    const { guard, caller } = inForce;
    const endpoint = method ?? "unreadable";
    const refusal = { transport: via, endpoint, protocol, client, tool: tool ?? null, code, rule, bytesIn: bytes };
    const receipt = await guard.refuse(refusal, whoOf(caller));
    if (rpc === 0) return;
    const ours = receipt === undefined ? { code: "evidence.unavailable" } : { code, receipt: shownReceipt(receipt) };
    write({ jsonrpc: "2.0", id, error: { code: rpc, message, data: typeof data === "object" ? { ...data, ...ours } : ours } });
  }

  function write(message: object): void {
    wire.write(JSON.stringify(session.inForce.guard.scrub(message)));
  }

  function carry(bytes: number): void {
    inHand += 1 + Math.floor(bytes / weightUnit);
    if (held || inHand <= heaviest) return;
    held = true;
    wire.hold();
  }

  function putDown(bytes: number): void {
    inHand -= 1 + Math.floor(bytes / weightUnit);
    if (!held || inHand > heaviest) return;
    held = false;
    wire.release();
  }

  return {
    transport,
    sessionOf: () => session,
    take(id) {
      const entry = inFlight.get(id);
      if (entry === undefined) throw new Error("a request that never arrived");
      entry.taken = true;
      return entry;
    },
    drop(id) {
      const entry = inFlight.get(id);
      if (inFlight.delete(id)) putDown(entry?.bytes ?? 0);
    },
    idle: () => inHand === 0 && [...inFlight.values()].every(({ method }) => method === "subscriptions/listen"),
  };
}
