import { hash } from "node:crypto";

/** What became of a question. Only `accepted` is a yes. */
export type HumanAnswer = "accepted" | "declined" | "cancelled" | "invalid" | "timed-out" | "withdrawn";

/** What a call brings along of a question that was asked about it. */
export interface Brought {
  readonly how: "elicitation" | "input_required";
  /** Names the question. Undefined: an answer to none. */
  readonly token: string | undefined;
  readonly said: HumanAnswer;
}

/**
 * What a client says that its human said. A yes is one form and no other: `accept`, with `approve: true` and nothing beside
 * it. What has another shape is none, whatever it may mean.
 *
 * Hole: it is the client that says it. Whether a human was there, nobody here can know.
 */
export function humanAnswer(answer: unknown): HumanAnswer {
  const { action, content } = membersOf(answer);
  if (action === "decline") return "declined";
  if (action === "cancel") return "cancelled";
  const members = membersOf(content);
  if (action !== "accept" || Object.keys(members).join() !== "approve") return "invalid";
  if (members["approve"] === false) return "declined";
  return members["approve"] === true ? "accepted" : "invalid";
}

/** What a record says of an approval: what became of it, how it was asked for, and the name of the question, which links the records and is no token. */
export function approvalNote(state: HumanAnswer | "asked", { how, token }: Pick<Brought, "how" | "token">): string {
  return `${state}:${how}:${token === undefined ? "unnamed" : hash("sha256", `question ${token}`).slice(0, 16)}`;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
