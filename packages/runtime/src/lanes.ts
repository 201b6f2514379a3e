import type { Availability } from "@postern/credentials";
import type { CardLane, Deny, Matched, Principal, RedactionRule } from "@postern/policy";
import type { Redact } from "./clean.ts";

/** A lane as the operator may see it. */
export interface LaneState {
  readonly name: string;
  readonly tenant: string;
  readonly hosts: readonly string[];
  readonly availability: Availability;
}

/** The credentials that the cards of one server name, under one policy. */
export interface Lanes {
  readonly states: readonly LaneState[];
  /** What the kinds of targets get. */
  of(name: string): CardLane | undefined;
  /** Takes every secret that this process ever had out of each string of a plain JSON value. */
  scrub<Value>(value: Value): Value;
  /** The same of one text, and how many there were. */
  take(text: string): { readonly text: string; readonly count: number };
  /** A redactor that takes them out as well, and counts them as `lane`. */
  redactor(inner: (rule: RedactionRule) => Redact): (rule: RedactionRule) => Redact;
}

/**
 * The call as it was decided, or the refusal where its card names a credential that is not there for this caller. It
 * stands before the decision is committed: what would go out without its credential does not go out.
 */
export function withLane(matched: Matched, principal: Principal, lanes: Lanes | undefined): Matched {
  if (!("release" in matched) || matched.card.credential === undefined) return matched;
  const { card, decision } = matched;
  const lane = lanes?.states.find(({ name }) => name === card.credential);
  // The policy is refused where a card crosses tenants; this is the second lock.
  if (lane !== undefined && lane.tenant === principal.tenant && lane.availability.state !== "missing") return matched;
  matched.release();
  const denied: Deny = {
    decision: "deny",
    code: "credential.missing",
    rule: `credential:${card.credential}`,
    message: "The credential that the route card names is not available to this server, so nothing was sent.",
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
  };
  return { decision: denied, card };
}
