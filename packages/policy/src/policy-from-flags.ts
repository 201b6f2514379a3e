import { createHash } from "node:crypto";
import { PolicyError, type PolicyProblem } from "./policy-error.ts";
import { policyRemarks } from "./policy-remarks.ts";
import type { Policy, PolicyCredential } from "./policy.ts";
import type { ServerShape } from "./server-shape.ts";

/**
 * The policy of a command line without a policy file: one stdio principal, and one card for it when targets were
 * given. Without targets there is no card, so nothing is allowed. Throws `PolicyError` where they can never be meant.
 */
export function policyFromFlags(given: {
  readonly server: ServerShape;
  readonly principal: string;
  readonly targets: Readonly<Record<string, unknown>> | undefined;
  /** What the card's requests go along with. Absent: nothing does. */
  readonly credential?: PolicyCredential;
}): Policy {
  const { server, principal, targets, credential } = given;
  const source = JSON.stringify({ server: server.name, principal, targets: targets ?? null, ...(credential !== undefined && { credential }) });
  const policy: Policy = {
    file: "command line",
    digest: createHash("sha256").update(source).digest("hex"),
    principals: [{ id: principal, tenant: "default", stdio: true }],
    routes:
      targets === undefined
        ? []
        : [
            {
              id: "command-line",
              server: server.name,
              principals: [principal],
              tools: "*",
              targets,
              ...(credential !== undefined && { credential: credential.name }),
              redact: "secrets",
              approval: "none",
              neighbors: { allow: [], deny: [] },
              line: 0,
              column: 0,
            },
          ],
    credentials: credential === undefined ? [] : [credential],
    budgets: [],
    notes: [],
  };
  const problems: PolicyProblem[] = [];
  const notes: PolicyProblem[] = [];
  for (const { path, weight, message } of policyRemarks(policy, [server])) {
    const place = path[0] === "routes" ? `card command-line ${path.slice(2).join(".")}` : path.join(".");
    (weight === "refuse" ? problems : notes).push({ file: policy.file, line: 0, column: 0, path: place, message });
  }
  if (problems.length > 0) throw new PolicyError(problems);
  return { ...policy, notes };
}
