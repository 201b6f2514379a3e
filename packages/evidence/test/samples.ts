import type { TargetRecord } from "@postern/policy";
import type { DecisionRecord, OutcomeRecord, Reservation } from "../src/index.ts";

export const policyDigest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

export function target(raw: string, more: Partial<TargetRecord> = {}): TargetRecord {
  return {
    kind: "path",
    argument: "path",
    raw,
    operation: "file",
    decision: "allow",
    canonical: raw,
    root: "/home/ada/notes",
    guarantee: "race-free",
    ...more,
  };
}

export function allowed(more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    server: "filesystem-read",
    principal: "me",
    tenant: "default",
    transport: "stdio",
    endpoint: "tools/call",
    protocol: "2025-06-18",
    client: "example/1.0",
    tool: "read_text_file",
    effect: "read",
    route: "notes",
    lane: null,
    quotaOwner: null,
    decision: "allow",
    code: null,
    rule: "route:notes",
    targets: [target("/home/ada/notes/a.md")],
    redact: "secrets",
    policy: policyDigest,
    arguments: { bytes: 31, sha256: policyDigest },
    bytesIn: 120,
    approval: null,
    ...more,
  };
}

export function denied(more: Partial<DecisionRecord> = {}): DecisionRecord {
  const refused = target("/etc/passwd", { decision: "deny", code: "path.outside_root" });
  return allowed({ decision: "deny", code: "path.outside_root", rule: "root", targets: [refused], ...more });
}

export function outcome(more: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return { outcome: "ok", failure: null, durationMs: 1.25, bytesOut: 4096, redactions: [], spent: {}, ...more };
}

export function calls(limit: number, owner = "me", windowMs = 3_600_000): Reservation {
  return { charges: [{ per: "owner", owner, resource: "calls", amount: 1, limit, windowMs }] };
}
