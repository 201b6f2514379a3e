import type { Question } from "./question.ts";

/** How a client lets its human be asked. */
export type Asking =
  /** It takes a request of ours while its call waits. Resolves with what it answered, whatever that is; rejects once `signal` aborts, which takes the question back. */
  | { readonly how: "elicitation"; ask(question: Question, signal: AbortSignal): Promise<unknown> }
  /** The question is the answer to the call, which is sent again with what the human said. */
  | { readonly how: "input_required" }
  | { readonly how: "none"; readonly lacks: string };

export const undeclared: Asking = { how: "none", lacks: "this client did not declare that it can ask its user (the capability `elicitation`, with forms)" };

/** Whether a client's capabilities say that it shows forms to its user. */
export function canAsk(capabilities: unknown): boolean {
  if (typeof capabilities !== "object" || capabilities === null || !("elicitation" in capabilities)) return false;
  const { elicitation } = capabilities;
  if (typeof elicitation !== "object" || elicitation === null) return false;
  // Without modes it is forms that it knows; a client that only opens URLs cannot show ours.
  return "form" in elicitation || !("url" in elicitation);
}
