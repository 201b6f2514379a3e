/** The bounds of one server process. Every one ends in a typed answer, never in a dead connection. */
export interface Limits {
  /** Milliseconds that a handler may take, where its tool names no other. */
  readonly deadlineMs: number;
  /** Bytes of JSON that an answer may take. Clients of the SDK drop the connection above 10 MiB. */
  readonly resultBytes: number;
  /** Bytes of one message as it comes in, the line feed not counted. */
  readonly messageBytes: number;
  /** Short calls that run at the same time. */
  readonly running: number;
  /** Long calls (`Tool.long`) that run beside them. */
  readonly runningLong: number;
  /** Calls of either sort that wait for a place; the next one is denied `limit.busy`. */
  readonly waiting: number;
  /** Milliseconds for which a question to a human is open, and a yes holds. */
  readonly approvalMs: number;
  /** Questions to one caller's human that are open at the same time, on all servers that share the evidence; the next call is denied `limit.busy`. */
  readonly questions: number;
  /** Previews for questions that are made at the same time, one of each caller. */
  readonly previews: number;
  /** Nesting of the arguments. */
  readonly depth: number;
  /** Members of all objects and arrays of the arguments together. */
  readonly elements: number;
}

export const defaultLimits: Limits = {
  deadlineMs: 30_000,
  resultBytes: 8 * 1024 * 1024,
  messageBytes: 10 * 1024 * 1024,
  running: 16,
  runningLong: 4,
  waiting: 256,
  approvalMs: 600_000,
  questions: 8,
  previews: 2,
  depth: 32,
  elements: 10_000,
};
