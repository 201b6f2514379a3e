import { Server as NetServer } from "node:net";
import type { EvidenceLog } from "@postern/evidence";
import type { Guard } from "../guard.ts";
import { reportInternal } from "../report-internal.ts";
import { tellOperator } from "../tell-operator.ts";
import { within } from "../within.ts";
import type { Bind } from "./bind.ts";
import type { InForce } from "./exchange.ts";
import { createFront } from "./front.ts";
import { InFlight } from "./in-flight.ts";
import { createLazyTokens, type LazyTokens } from "./lazy-tokens.ts";
import { listen } from "./listen.ts";
import { createSdkLegs } from "./sdk-legs.ts";
import { ownerOf } from "./owner-of.ts";
import { servable, type Servable } from "./servable.ts";
import { Sessions } from "./sessions.ts";
import { unreadable } from "./unreadable.ts";

export interface HttpServing {
  readonly guard: Guard;
  readonly bind: Bind;
  readonly log: EvidenceLog;
  prepare(): Promise<void>;
  /** Makes the guard of the policy as it stands now; throws when it cannot be used. Called on SIGHUP. */
  reload(): Promise<{ readonly guard: Guard }>;
}

/** Milliseconds that requests may still take after the server was told to end. */
const drainMs = 10_000;
const settlingMs = 1_000;
const mebibyte = 1024 * 1024;
/** What one caller may have at most, and all of them together; `InFlight` gives each one as much as is free. */
const each = { requests: 512, bytes: 64 * mebibyte };
const all = { requests: 1_024, bytes: 192 * mebibyte };

/**
 * Serves many callers at one address until a signal comes. SIGTERM and SIGINT let what is in hand end, for ten seconds at
 * most; a second one ends it at once. Throws where the policy and the address do not fit each other.
 */
export async function serveHttp({ guard, bind, log, prepare, reload }: HttpServing): Promise<void> {
  const tokens = createLazyTokens();
  const { tls, notes } = await served(guard, bind, tokens, "start");
  await prepare();
  tellNotes(notes);
  import("../redact.ts").catch((error: unknown) => reportInternal("redaction", error));

  const state: InForce = { guard };
  const retired = new Set<Guard>();
  const inFlight = new InFlight(each, all);
  const legs = createSdkLegs();
  const ending = new AbortController();
  const hurry = new AbortController();
  const parts = { state, legs, sessions: new Sessions(log.sessions), tokens, inFlight, draining: () => ending.signal.aborted };
  const server = await listen(
    bind,
    tls,
    (at) => createFront({ ...parts, bind: at }),
    (error, socket, behind) => void unreadable(state, error, socket, behind),
  );

  async function end(): Promise<void> {
    if (ending.signal.aborted) return hurry.abort();
    ending.abort();
    for (const one of [state.guard, ...retired]) one.withdraw("server-ended");
    // Nobody new gets in. Node's own close would end connections on which an answer is still on its way.
    NetServer.prototype.close.call(server);
    const latest = performance.now() + drainMs;
    while (inFlight.requests > 0 && !hurry.signal.aborted && performance.now() < latest) await new Promise((resolve) => setTimeout(resolve, 10));
    await within(settlingMs, legs.close());
    await within(settlingMs, Promise.all([state.guard, ...retired].map((one) => one.close("abort"))));
    await within(settlingMs, log.close());
    server.closeAllConnections();
    process.exit();
  }

  async function reloaded(): Promise<void> {
    try {
      const { guard: next } = await reload();
      const { tls: certificate, notes: noted } = await served(next, bind, tokens, "reload");
      tellNotes(noted);
      if ("setSecureContext" in server !== (certificate !== undefined)) {
        void next.close();
        throw new Error("whether http.tls is there can change with a restart only");
      }
      if ("setSecureContext" in server && certificate !== undefined) server.setSecureContext(certificate);
      const old = state.guard;
      state.guard = next;
      retired.add(old);
      parts.sessions.retain(new Set(next.policy.principals.map(ownerOf)));
      void old.close("drain").finally(() => retired.delete(old));
      tellOperator(`postern: the policy was reloaded (${next.policy.digest.slice(0, 16)})\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "it cannot be read";
      tellOperator(`postern: the policy was not reloaded, the old one stays in force: ${reason}\n`);
    }
  }

  process.on("SIGTERM", () => void end());
  process.on("SIGINT", () => void end());
  if (process.platform !== "win32") process.on("SIGHUP", () => void reloaded());
  // a promise that a handler lost is one call's fault and no reason to end the others.
  process.on("unhandledRejection", (reason) => reportInternal("unhandled rejection", reason));
}

/** What to serve with. Throws, and lets the guard go, where it cannot be served. */
async function served(guard: Guard, bind: Bind, tokens: LazyTokens, at: "start" | "reload"): Promise<Servable> {
  try {
    const found = await servable(guard.policy, bind);
    const passes = found.problem === undefined || (at === "reload" && found.atStart === true);
    const problem = passes ? await tokens.problem(guard.policy) : found.problem;
    if (problem !== undefined) throw new Error(problem);
    return found.problem === undefined ? found : { ...found, notes: [found.problem, ...found.notes] };
  } catch (error) {
    void guard.close();
    throw error;
  }
}

function tellNotes(notes: readonly string[]): void {
  for (const note of notes) tellOperator(`postern: note: ${note}\n`);
}
