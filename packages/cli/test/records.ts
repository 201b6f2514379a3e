import type { DecisionRecord, OutcomeRecord } from "@postern/evidence";
import type { DenialCode, TargetRecord } from "@postern/policy";

export function targetOf(raw: string, over: Partial<TargetRecord> = {}): TargetRecord {
  return { kind: "path", argument: "path", raw, operation: "file", decision: "allow", canonical: raw, root: "/srv/notes", guarantee: "race-free", ...over };
}

export function allowRecord(over: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    server: "filesystem-read",
    principal: "me",
    tenant: "default",
    transport: "stdio",
    endpoint: "tools/call",
    protocol: "2025-06-18",
    client: "test 1",
    tool: "read_text_file",
    effect: "read",
    route: "notes",
    lane: null,
    quotaOwner: null,
    decision: "allow",
    code: null,
    rule: "route:notes",
    targets: [targetOf("/srv/notes/a.md")],
    redact: "secrets",
    policy: "0".repeat(64),
    arguments: { bytes: 20, sha256: "1".repeat(64) },
    bytesIn: 120,
    approval: null,
    ...over,
  };
}

export function denyRecord(code: DenialCode, raw: string, over: Partial<DecisionRecord> = {}): DecisionRecord {
  const { canonical: _, ...target } = targetOf(raw, { decision: "deny", code });
  return allowRecord({ decision: "deny", code, rule: "below-root", route: null, targets: [target], ...over });
}

export const ok: OutcomeRecord = { outcome: "ok", failure: null, durationMs: 12, bytesOut: 300, redactions: [], spent: {} };
