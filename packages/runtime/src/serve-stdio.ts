import type { EvidenceLog } from "@postern/evidence";
import type { Guard } from "./guard.ts";
import { createOpening } from "./opening.ts";
import { reportInternal } from "./report-internal.ts";
import type { ServedProtocol } from "./serve-protocol.ts";
import type { Session } from "./session.ts";
import { createWire } from "./stdio.ts";
import type { StdioCaller } from "./stdio-principal.ts";
import { tellOperator } from "./tell-operator.ts";
import { within } from "./within.ts";

/** Milliseconds that calls may still take after the client closed its end. */
const grace = 250;
/** Milliseconds in which stopped calls have to write their outcomes. */
const settling = 1_000;
/** Milliseconds after which the process ends whatever is still open. */
const patience = 1_900;

/** Milliseconds after which the preparation begins, where no message has come by then: a handshake that is there already goes first. */
const unasked = 20;

export interface Serving {
  readonly guard: Guard;
  readonly caller: StdioCaller;
  readonly log: EvidenceLog;
  /** What has to be done before the first message is served, a plain handshake aside; when it rejects, nothing is. */
  prepare(): Promise<void>;
  /** Makes the guard of the policy as it stands now; throws when it cannot be used. Called on SIGHUP. */
  reload(): Promise<{ readonly guard: Guard; readonly caller: StdioCaller }>;
}

/**
 * Serves one client on stdin and stdout until it goes away or a signal comes. Ends the process: 0 within two seconds,
 * with the outcome of every call that ran in the log.
 */
export function serveStdio({ guard, caller, log, prepare, reload }: Serving): void {
  let ending = false;
  const wire = createWire(process.stdin, process.stdout, guard.limits.messageBytes);
  /** Guards of former policies whose calls still run. */
  const retired = new Set<Guard>();
  const session: Session = {
    inForce: { guard, caller },
    transport: "stdio",
    room: () => wire.room(),
    client: null,
    protocol: null,
    era: undefined,
    clientRoots: undefined,
    asks: false,
  };
  const opening = createOpening(wire, guard.definition);
  let protocol: ServedProtocol | undefined;
  void serve().catch((error: unknown) => {
    reportInternal("start", error);
    tellOperator(`postern-${guard.definition.name}: refused to start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    void end("abort");
  });

  async function serve(): Promise<void> {
    await Promise.race([opening.begun, new Promise((resolve) => setTimeout(resolve, unasked))]);
    await prepare();
    await opening.begun;
    const { serveProtocol } = await import("./serve-protocol.ts");
    if (!ending) protocol = serveProtocol(opening.wire, session, () => void end("drain"));
  }

  async function end(how: "abort" | "drain"): Promise<void> {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(), patience).unref();
    wire.hold();
    const latest = performance.now() + (how === "drain" ? grace : 0);
    while (protocol?.idle() === false && performance.now() < latest) await new Promise((resolve) => setTimeout(resolve, 5));
    await within(settling, Promise.all([session.inForce.guard, ...retired].map((each) => each.close("abort"))));
    await within(settling, log.close());
    await within(grace, protocol?.close() ?? wire.close());
    process.exit();
  }

  async function reloaded(): Promise<void> {
    try {
      const next = await reload();
      const old = session.inForce.guard;
      session.inForce = next;
      retired.add(old);
      void old.close("drain").finally(() => retired.delete(old));
      tellOperator(`postern: the policy was reloaded (${next.guard.policy.digest.slice(0, 16)})\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "it cannot be read";
      tellOperator(`postern: the policy was not reloaded, the old one stays in force: ${reason}\n`);
    }
  }

  process.on("SIGTERM", () => void end("abort"));
  process.on("SIGINT", () => void end("abort"));
  if (process.platform !== "win32") process.on("SIGHUP", () => void reloaded());
  // a promise that a handler lost is one call's fault and no reason to end the others.
  process.on("unhandledRejection", (reason) => reportInternal("unhandled rejection", reason));
}
