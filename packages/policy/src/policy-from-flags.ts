import { createHash } from "node:crypto";
import type { Policy } from "./policy.ts";

/**
 * The policy of a command line without a policy file: one stdio principal, and one card for it when targets were
 * given. Without targets there is no card, so nothing is allowed.
 */
export function policyFromFlags(given: {
  readonly server: string;
  readonly principal: string;
  readonly targets: Readonly<Record<string, unknown>> | undefined;
}): Policy {
  const { server, principal, targets } = given;
  const source = JSON.stringify({ server, principal, targets: targets ?? null });
  return {
    file: "command line",
    digest: createHash("sha256").update(source).digest("hex"),
    principals: [{ id: principal, tenant: "default", stdio: true }],
    routes:
      targets === undefined
        ? []
        : [
            {
              id: "command-line",
              server,
              principals: [principal],
              tools: "*",
              targets,
              redact: "secrets",
              approval: "none",
              neighbors: { allow: [], deny: [] },
              line: 0,
              column: 0,
            },
          ],
    credentials: [],
    notes: [],
  };
}
