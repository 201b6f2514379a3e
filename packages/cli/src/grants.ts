import type { Policy } from "@postern/policy";
import type { Guard } from "@postern/runtime";
import { principalIn } from "./principal-in.ts";

/** What one principal may do on one server: tools that reach the same targets stand together. */
export interface Grant {
  readonly principal: string;
  readonly tenant: string;
  readonly server: string;
  /** Empty: none at all. */
  readonly tools: readonly string[];
  /** One line per target. Empty: the tools name no target. */
  readonly targets: readonly string[];
}

/** Who may do what, from the same discovery that a client gets. A principal with nothing has a row that says so. */
export function grantsOf(guard: Guard, policy: Policy): readonly Grant[] {
  return policy.principals.flatMap(({ id, tenant }) => {
    const byTargets = new Map<string, { readonly tools: string[]; readonly targets: readonly string[] }>();
    for (const { name } of guard.toolsFor(principalIn(policy, id))) {
      const targets = guard.granted(id, name);
      const key = JSON.stringify(targets);
      const group = byTargets.get(key) ?? { tools: [], targets };
      group.tools.push(name);
      byTargets.set(key, group);
    }
    const groups = byTargets.size === 0 ? [{ tools: [], targets: [] }] : [...byTargets.values()];
    return groups.map(({ tools, targets }): Grant => ({ principal: id, tenant, server: guard.definition.name, tools, targets }));
  });
}
