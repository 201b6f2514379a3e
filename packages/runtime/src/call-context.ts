import type { Principal, RouteCard } from "@postern/policy";
import type { Deadline } from "./deadline.ts";
import type { Told } from "./told.ts";
import type { CallContext } from "./tool.ts";

interface ContextParts extends Pick<CallContext, "narrowed" | "options" | "resultLimit"> {
  /** Whose call it is, by which card, under which policy (SHA-256). */
  readonly by: { readonly principal: Principal; readonly card: RouteCard; readonly policy: string };
  readonly granted: () => readonly string[];
  readonly deadline: Deadline;
  readonly told: Told;
  readonly report: CallContext["progress"];
}

/** What a handler gets to know of its call. */
export function callContext({ by, granted, narrowed, options, resultLimit, deadline, told, report }: ContextParts): CallContext {
  const { principal, card, policy } = by;
  return {
    signal: deadline.signal,
    deadline: deadline.at,
    resultLimit,
    caller: JSON.stringify([principal.tenant, principal.id]),
    partition: JSON.stringify([principal.tenant, principal.id, card.id, policy]),
    get granted() {
      return granted();
    },
    narrowed,
    options,
    visible: told.visible,
    found: told.found,
    progress: report,
    scrub: told.scrub,
  };
}
