import type { DecisionBody, OutcomeBody } from "./leaf-body.ts";
import type { CallFilter, CallView } from "./record.ts";

/** How a call ended, as its leaves tell it: an outcome, that its process is gone, or nothing yet. */
export type Ending = OutcomeBody | "recovered" | undefined;

/** Puts the leaves of one call together, in the form that `postern log --json` prints. */
export function callView(index: number, decision: DecisionBody, ending: Ending): CallView {
  const outcome = typeof ending === "object" ? ending : undefined;
  const cut = [...(decision.cut ?? []), ...(outcome?.cut ?? [])];
  return {
    call: decision.call,
    time: instant(decision.time),
    server: decision.server,
    principal: decision.principal,
    tenant: decision.tenant,
    transport: decision.transport,
    endpoint: decision.endpoint,
    protocol: decision.protocol ?? null,
    client: decision.client ?? null,
    tool: decision.tool ?? null,
    effect: decision.effect ?? null,
    route: decision.route ?? null,
    lane: decision.lane ?? null,
    quota_owner: decision.quota_owner ?? null,
    decision: decision.decision,
    code: decision.code ?? null,
    rule: decision.rule,
    targets: decision.targets ?? [],
    redact: decision.redact ?? null,
    redactions: outcome?.redactions ?? [],
    policy: decision.policy,
    outcome: outcomeOf(decision, ending),
    failure: outcome?.failure ?? null,
    duration_ms: outcome?.duration_ms ?? null,
    bytes_in: decision.bytes_in,
    bytes_out: outcome?.bytes_out ?? null,
    changes: outcome?.changes ?? [],
    found: outcome?.targets ?? [],
    cost: decision.decision === "deny" ? 0 : (decision.cost ?? 1),
    budget: outcome?.budget ?? decision.budget ?? [],
    approval: decision.approval ?? null,
    ...(cut.length === 0 ? {} : { cut }),
    index,
  };
}

/** Whether a call is one that a filter asks for. `limit` and `after` are not looked at. */
export function matches(filter: CallFilter, view: CallView): boolean {
  const same: readonly (readonly [string | undefined, string | null])[] = [
    [filter.principal, view.principal],
    [filter.tenant, view.tenant],
    [filter.tool, view.tool],
    [filter.server, view.server],
    [filter.route, view.route],
    [filter.lane, view.lane],
    [filter.owner, view.quota_owner],
    [filter.decision, view.decision],
    [filter.outcome, view.outcome],
    [filter.call, view.call],
  ];
  if (same.some(([asked, is]) => asked !== undefined && asked !== is)) return false;
  if (filter.code !== undefined && filter.code !== view.code && filter.code !== view.failure) return false;
  if (filter.unfinished === true && view.outcome !== "unfinished" && view.outcome !== "unknown") return false;
  if (filter.unfinished === false && (view.outcome === "unfinished" || view.outcome === "unknown")) return false;
  const time = Date.parse(view.time);
  if (filter.since !== undefined && time < filter.since) return false;
  if (filter.until !== undefined && time >= filter.until) return false;
  const prefix = filter.target;
  if (prefix === undefined) return true;
  return [...view.targets, ...view.found].some((target) => target.raw.startsWith(prefix) || target.canonical?.startsWith(prefix) === true);
}

function outcomeOf(decision: DecisionBody, ending: Ending): string {
  if (decision.decision === "deny") return "denied";
  if (ending === "recovered") return "unknown";
  return ending?.outcome ?? "unfinished";
}

/** RFC 3339, UTC, from microseconds since the epoch. */
function instant(microseconds: number): string {
  const seconds = new Date(microseconds / 1000).toISOString().slice(0, -4);
  return `${seconds}${String(microseconds % 1_000_000).padStart(6, "0")}Z`;
}
