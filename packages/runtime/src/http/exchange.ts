import type { Answer } from "../answer.ts";
import type { Arrival } from "../arrival.ts";
import type { Guard } from "../guard.ts";
import type { Session } from "../session.ts";
import { callerOf, type Proven } from "./proven.ts";

/** What HTTP serving holds of the policy in force. A reload puts another guard in its place. */
export interface InForce {
  guard: Guard;
}

/** One request of the protocol on its way through the SDK. */
export interface Exchange {
  readonly session: Session;
  readonly arrival: Arrival;
  /** The guard has it: its record is the guard's. */
  taken: boolean;
  /** What the guard answered. */
  answer?: Answer;
}

/** What is known of one request's sender; who that is is asked of the policy in force, each time anew. */
export function sessionOf(state: InForce, proven: Proven, said: Pick<Session, "era" | "client" | "protocol" | "room">): Session {
  let known: Session["inForce"] | undefined;
  return {
    get inForce() {
      const { guard } = state;
      if (known?.guard !== guard) known = { guard, caller: callerOf(guard.policy, proven) };
      return known;
    },
    transport: "http",
    // A client on another machine announces roots of its own machine: they say nothing of what is here.
    clientRoots: undefined,
    // Whether it can is a matter of each request's way back.
    asks: false,
    ...said,
  };
}
