import { dirname } from "node:path";
import { homedir } from "node:os";
import { EvidenceUnavailable, type EvidenceLog } from "@postern/evidence/unavailable";
import { parsePolicy, policyFromFlags, type Policy } from "@postern/policy";
import { serverShape } from "./discovery.ts";
import { createGuard, type Guard } from "./guard.ts";
import { createRedactor } from "./lazy-redactor.ts";
import type { Limits } from "./limits.ts";
import { readPolicySource } from "./policy-source.ts";
import { stdioPrincipal, type StdioCaller } from "./stdio-principal.ts";
import type { ServerDefinition } from "./tool.ts";

/** Where the policy comes from: a file, or the targets that a command line gave. */
export type PolicyOrigin = { readonly file: string } | { readonly targets: Readonly<Record<string, unknown>> | undefined };

export interface LoadOptions {
  readonly definition: ServerDefinition;
  readonly policy: PolicyOrigin;
  /** Id of the stdio principal. */
  readonly principal?: string;
  /** Without it the guard explains and never calls: a call is denied `evidence.unavailable`. */
  readonly log?: EvidenceLog;
  /** Files of the evidence log, which no card can give. */
  readonly own?: readonly string[];
  /** Directory of the evidence log. */
  readonly state?: string;
  /** Directory that relative targets of a command line are read against; those of a file are read against its own. */
  readonly workingDirectory?: string;
  readonly limits?: Partial<Limits>;
}

export interface Loaded {
  readonly guard: Guard;
  readonly caller: StdioCaller;
}

/** Makes the guard that a server would serve with, without serving. Throws `PolicyError` and `PolicySourceError`. */
export function loadGuard(options: LoadOptions): Loaded {
  const { definition, principal, log = noLog, own = [], state, limits } = options;
  const { policy, base, files } = readPolicy(options);
  const guard = createGuard({
    definition,
    policy,
    log,
    redactor: createRedactor,
    home: homedir(),
    base,
    own: [...files, ...own],
    ...(state !== undefined && { state }),
    ...(limits !== undefined && { limits }),
  });
  return { guard, caller: stdioPrincipal(policy, principal) };
}

function readPolicy(options: LoadOptions): { readonly policy: Policy; readonly base: string; readonly files: readonly string[] } {
  const { definition, policy: origin, principal = "local" } = options;
  if ("targets" in origin) {
    const policy = policyFromFlags({ server: definition.name, principal, targets: origin.targets });
    return { policy, base: options.workingDirectory ?? process.cwd(), files: [] };
  }
  const { file, text } = readPolicySource(origin.file);
  return { policy: parsePolicy(text, file, [serverShape(definition)]), base: dirname(file), files: [file] };
}

const noLog: EvidenceLog = {
  origin: "none",
  decide: () => Promise.reject(new EvidenceUnavailable("this guard was loaded without a log")),
  settle: () => Promise.reject(new EvidenceUnavailable("this guard was loaded without a log")),
  close: () => Promise.resolve(),
};
