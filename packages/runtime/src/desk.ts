import type { Answer } from "./answer.ts";
import type { Arrival } from "./arrival.ts";
import type { RequestId } from "./message.ts";
import type { Session } from "./session.ts";

/** Where the SDK's server learns of the requests that it was handed: who sent them, and what is known of their bytes. */
export interface Desk {
  sessionOf(id: RequestId): Session;
  /** What is known of a request that the SDK handed to the guard. From then on its decision is the guard's. */
  take(id: RequestId): Arrival;
  /** What the guard said to it, for transports that tell of it outside of the message. */
  answered?(id: RequestId, answer: Answer): void;
  /** The call ended and the SDK will not answer it, since it was cancelled. */
  drop(id: RequestId): void;
}
