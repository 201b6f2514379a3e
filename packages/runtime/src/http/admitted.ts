import type { IncomingMessage } from "node:http";
import type { Caller } from "../session.ts";
import type { Head } from "./head.ts";
import type { Place } from "./in-flight.ts";
import type { Proven } from "./proven.ts";
import type { Reply } from "./reply.ts";

/** A request whose sender is known. */
export interface Admitted {
  readonly request: IncomingMessage;
  readonly head: Head;
  readonly proven: Proven;
  readonly caller: Caller;
  /** The principal with its tenant: whose the session is. */
  readonly owner: string;
  readonly place: Place;
  readonly reply: Reply;
  /** Aborts when the client went away before it had its answer. */
  readonly gone: AbortSignal;
  readonly about: About;
}

/** What the record of a request that comes to nothing can say of it: filled in as it becomes known. */
export interface About {
  caller: Caller;
  endpoint: string;
  protocol: string | null;
  client: string | null;
  bytes: number;
  tool: string | null;
}
