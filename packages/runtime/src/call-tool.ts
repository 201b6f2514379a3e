import type { Answer } from "./answer.ts";
import type { Arrival } from "./arrival.ts";
import type { Asking } from "./asking.ts";
import type { Progress } from "./guard-request.ts";
import type { Brought } from "./human-answer.ts";
import type { Session } from "./session.ts";

export interface ToolCall {
  /** The door that it came through. */
  readonly endpoint: "tools/call" | "prompts/get";
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly arrival: Arrival;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly asking?: Asking;
  readonly brought?: Brought;
}

/** The one door from a connection to the guard, for every era and transport. */
export async function callTool(session: Session, call: ToolCall): Promise<Answer> {
  const { arrival } = call;
  const asking = session.clientRoots?.current();
  const clientRoots = asking instanceof Promise ? await asking : asking;
  const { guard, caller } = session.inForce;
  return guard.call({
    principal: caller.principal,
    claimed: caller.claimed,
    ...(caller.scopes !== undefined && { scopes: caller.scopes }),
    transport: session.transport,
    endpoint: call.endpoint,
    protocol: arrival.protocol ?? session.protocol,
    client: arrival.client ?? session.client,
    tool: call.name,
    arguments: call.arguments,
    digest: arrival.digest,
    bytesIn: arrival.bytes,
    signal: call.signal,
    room: session.room,
    ...(clientRoots !== undefined && { clientRoots }),
    rootsNow: () => session.clientRoots?.current(),
    superseded: () => (session.inForce.guard === guard ? undefined : callTool(session, call)),
    ...(call.asking !== undefined && { asking: call.asking }),
    ...(call.brought !== undefined && { brought: call.brought }),
    ...(call.onProgress !== undefined && { onProgress: call.onProgress }),
  });
}
