import { serveStdio as serveSdk } from "@modelcontextprotocol/server/stdio";
import { createGate } from "./gate.ts";
import { GuardedServer } from "./mcp-server.ts";
import { reportInternal } from "./report-internal.ts";
import type { Session } from "./session.ts";
import type { Wire } from "./stdio.ts";

export interface ServedProtocol {
  /** Whether everything that arrived is answered. */
  idle(): boolean;
  close(): Promise<void>;
}

/** Puts the gate and the SDK's server behind a connection. The only module of the stdio side that loads the SDK, so that a start need not wait for it. */
export function serveProtocol(wire: Wire, session: Session, onEnd: () => void): ServedProtocol {
  // before the first call, not in it; where it cannot be loaded, that call says so.
  import("./redact.ts").catch((error: unknown) => reportInternal("redaction", error));
  const gate = createGate(wire, session, onEnd);
  const handle = serveSdk(
    ({ era }) => {
      session.era = era;
      return new GuardedServer(session, gate);
    },
    { transport: gate.transport, onerror: (error) => reportInternal("protocol", error) },
  );
  return { idle: () => gate.idle(), close: () => handle.close() };
}
