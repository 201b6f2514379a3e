import type { DecisionRecord, Effect } from "@postern/evidence";
import type { Allow, Change, Deny, RouteCard } from "@postern/policy";
import type { GuardRequest, Refusal } from "./guard-request.ts";
import { approvalNote } from "./human-answer.ts";
import type { AnyTool } from "./tool.ts";

const longestName = 128;

export interface Judged {
  readonly server: string;
  /** SHA-256 of the policy, hex. */
  readonly policy: string;
  readonly tool: AnyTool | undefined;
  /** Where the call's class is another one than the tool's. */
  readonly effect?: Effect;
  readonly relaxed?: boolean;
  readonly card: RouteCard | undefined;
  readonly decision: Allow | Deny;
  /** What of a human's approval the record tells, where it is not what the request brought. */
  readonly approval?: string;
}

/** The decision as the evidence keeps it. */
export function recordOf(request: GuardRequest, judged: Judged): DecisionRecord {
  const { decision, card, tool } = judged;
  return {
    server: judged.server,
    principal: request.principal?.id ?? request.claimed,
    tenant: request.principal?.tenant ?? "default",
    transport: request.transport,
    endpoint: request.endpoint,
    protocol: request.protocol,
    client: request.client,
    tool: request.tool.slice(0, longestName),
    effect: judged.effect ?? tool?.effect ?? null,
    route: card?.id ?? null,
    lane: card?.credential ?? null,
    quotaOwner: card?.budget?.owner ?? null,
    decision: decision.decision,
    code: decision.decision === "deny" ? decision.code : null,
    rule: decision.rule,
    targets: decision.targets,
    redact: card?.redact ?? null,
    policy: judged.policy,
    arguments: request.digest,
    bytesIn: request.bytesIn,
    approval: judged.approval ?? (card?.approval === "none" ? null : broughtNote(request)),
    ...(card?.estimate !== undefined && decision.decision === "allow" && { cost: card.estimate.cost }),
    ...(judged.relaxed === true && { relaxed: true as const }),
  };
}

function broughtNote({ brought }: GuardRequest): string | null {
  return brought === undefined ? null : approvalNote(brought.said, brought);
}

/** A message that never became a call. */
export function refusalRecord(refusal: Refusal, who: { readonly principal: string; readonly tenant: string }, server: string, policy: string): DecisionRecord {
  return {
    server,
    principal: who.principal,
    tenant: who.tenant,
    transport: refusal.transport,
    endpoint: refusal.endpoint.slice(0, longestName),
    protocol: refusal.protocol,
    client: refusal.client,
    tool: refusal.tool?.slice(0, longestName) ?? null,
    effect: null,
    route: null,
    lane: null,
    quotaOwner: null,
    decision: "deny",
    code: refusal.code,
    rule: refusal.rule,
    targets: [],
    redact: null,
    policy,
    arguments: null,
    bytesIn: refusal.bytesIn,
    approval: null,
  };
}

/** A copy brings no content in its message and fills a disk all the same. */
export function copiedBytes(changes: readonly Change[] = []): number {
  return changes.reduce((sum, { change, after }) => sum + (change === "copied" ? (after?.bytes ?? 0) : 0), 0);
}
