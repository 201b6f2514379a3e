/**
 * Thrown by a handler that can tell before it has made its answer that no answer could hold it: a file larger than a
 * message. Ends as `limit.result`, like an answer that turns out too large. The message is shown to the caller.
 */
export class ResultTooLarge extends Error {
  override readonly name = "ResultTooLarge";
  readonly code = "limit.result";
}
