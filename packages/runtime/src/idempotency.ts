import { hash } from "node:crypto";
import type { Claim, ClaimEnd, Repeats } from "@postern/evidence";
import type { Matched, Resolved } from "@postern/policy";
import type { Accepted } from "./arguments.ts";
import type { Ran } from "./execute.ts";
import type { AnyTool, ToolResult } from "./tool.ts";

/** The idempotency key of a call and all that it stands for; undefined: the call has none. */
export function claimOf(
  { tool, accepted }: { readonly tool: AnyTool; readonly accepted: Accepted },
  matched: Extract<Matched, { readonly release: unknown }>,
): Claim | undefined {
  const key = tool.once === undefined ? undefined : accepted.input[tool.once];
  if (typeof key !== "string") return undefined;
  const singles = accepted.plan.filter(({ many }) => !many);
  const identities = singles.map(({ name }, place): string => {
    const resolved: Resolved<unknown> | undefined = matched.targets[place];
    const { kind } = tool.targets[name];
    return kind.identity?.(resolved) ?? JSON.stringify([kind.name, resolved?.record.operation, resolved?.record.canonical, resolved?.record.raw]);
  });
  const { [tool.once ?? ""]: _, ...rest } = accepted.input;
  return { key, request: hash("sha256", JSON.stringify([identities, rest])) };
}

/** What becomes of the key. It is free only where it is certain that nothing was sent. */
export function claimEnd(ran: Ran): ClaimEnd {
  // A handler that returns nothing has not said what it did.
  const result: ToolResult | undefined = ran.ended === "result" ? ran.result : undefined;
  const changes = ran.ended === "failure" ? ran.changes : result?.changes;
  const failed = ran.ended === "failure" ? { failure: ran.code } : {};
  const sent = changes?.find(({ change }) => change === "sent");
  if (sent !== undefined) return sent.durable ? { state: "done", ...(sent.status !== undefined && { status: sent.status }), ...failed } : { state: "unknown" };
  if (ran.ended === "result") return { state: result === undefined ? "unknown" : "done" };
  return ran.code === "internal" || ran.lingering !== undefined || changes !== undefined ? { state: "unknown" } : { state: "free" };
}

/** How a call ends that was made before: with that one's end, and nothing is done. */
export function repetition({ first, status, failure }: Repeats): Ran {
  const answered = status === null ? "" : `, and was answered with status ${status}`;
  const which = `Nothing was done now: the same call was made before with this idempotency key${answered}.`;
  const receipt = `Its receipt: call ${first.call}, index ${first.index} of log ${first.log}.`;
  if (failure !== null) return { ended: "failure", code: failure, message: `${which} It failed (${failure}); to try again, use another key. ${receipt}` };
  return {
    ended: "result",
    result: { content: [{ type: "text", text: `${which} ${receipt}` }], structuredContent: { repeats: first, ...(status !== null && { status }) } },
  };
}
