import type { Committed, Resolution } from "@postern/policy";
import type { PathAuthority } from "../../src/authority.ts";
import type { HeldPath } from "../../src/held-path.ts";
import { pathKind } from "../../src/path-kind.ts";
import type { PathScope } from "../../src/path-scope.ts";
import type { WriteAuthority } from "../../src/write/write-authority.ts";
import { writablePathKind } from "../../src/write/write-kind.ts";
import { type Planted, plant, scopeOf } from "../planted.ts";

// Only the evidence log makes one; here the decision is the test's own.
const committed = { call: "test", log: "test", index: 0 } as unknown as Committed;
export const patient = new AbortController().signal;
export const plain = { signal: patient, durable: false } as const;

/** A planted tree whose `root` a card gives for writing, and authority over what lies in it; held until the end. */
export interface Writable extends Planted {
  readonly scope: PathScope;
  resolve(raw: string, operation: string): Resolution<HeldPath>;
  write(raw: string, operation?: string): WriteAuthority;
  read(raw: string): PathAuthority;
}

export function writable(entries: readonly string[], rules: Readonly<Record<string, unknown>> = {}): Writable {
  const tree = plant("root/", ...entries);
  const scope = scopeOf([{ path: tree.at("root"), ...rules }]);
  const held: HeldPath[] = [];
  const resolve = (raw: string, access: "read" | "write", operation: string): Resolution<HeldPath> => {
    const resolution = pathKind.resolve(raw, scope, { argument: "path", access, operation, beside: [scope], signal: patient });
    if (resolution instanceof Promise) throw new Error("paths resolve at once");
    if (resolution.decision === "allow") held.push(resolution.held);
    return resolution;
  };
  const allowed = (raw: string, access: "read" | "write", operation: string) => {
    const resolution = resolve(raw, access, operation);
    if (resolution.decision === "deny") throw new Error(`denied ${resolution.code} ${resolution.rule}`);
    return resolution;
  };
  return {
    ...tree,
    scope,
    resolve: (raw, operation) => resolve(raw, "write", operation),
    write: (raw, operation = "file") => writablePathKind.mint(allowed(raw, "write", operation), committed),
    read: (raw) => pathKind.mint(allowed(raw, "read", "file"), committed),
    [Symbol.dispose]() {
      for (const one of held) one.release();
      pathKind.close(scope);
      tree[Symbol.dispose]();
    },
  };
}
