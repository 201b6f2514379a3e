import { serveStdio as serveSdk } from "@modelcontextprotocol/server/stdio";
import { canAsk } from "./asking.ts";
import { createGate } from "./gate.ts";
import { GuardedServer } from "./mcp-server.ts";
import { reportInternal } from "./report-internal.ts";
import { z } from "zod";
import type { Session } from "./session.ts";
import type { Wire } from "./stdio.ts";

/** Looser than the SDK's own, which throws the whole answer away for one root that is no file. */
const anyAnswer = z.looseObject({});

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
      const server = new GuardedServer(session.inForce.guard.definition, gate);
      server.server.oninitialized = () => {
        // a handshake that the SDK refused may have declared more than the one that holds.
        session.asks = canAsk(server.server.getClientCapabilities());
        if (server.server.getClientCapabilities()?.roots === undefined) session.clientRoots = undefined;
        session.clientRoots?.ready(async () => await server.server.request({ method: "roots/list" }, anyAnswer));
      };
      return server;
    },
    { transport: gate.transport, onerror: (error) => reportInternal("protocol", error) },
  );
  return { idle: () => gate.idle(), close: () => handle.close() };
}
