import { dirname } from "node:path";
import { homedir } from "node:os";
import { EvidenceUnavailable, type EvidenceLog } from "@postern/evidence/unavailable";
import { credentialFile, parsePolicy, policyFromFlags, type Policy, type PolicyCredential } from "@postern/policy";
import { withDeclaredTools } from "./declared-tools.ts";
import { serverShape } from "./discovery.ts";
import { createGuard, type Guard } from "./guard.ts";
import type { LaneKeeper } from "./lane-keeper.ts";
import type { Lanes, LaneState } from "./lanes.ts";
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
  /** Files of the evidence log, which no card can give; nor the policy, nor the files of its credentials and of its TLS. */
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
  /** The lanes that were opened; none where the guard only explains. */
  readonly lanes: readonly LaneState[];
}

/** Makes the guard that a server would serve with, for explanations: no secret is read. Throws `PolicyError` and `PolicySourceError`. */
export function loadGuard(options: LoadOptions): Loaded {
  return loadedFrom(options, readPolicy(options), undefined);
}

/** Makes the guard that a server serves with, and opens the lanes of its cards. Throws like `loadGuard`. */
export async function loadServing(options: LoadOptions, keeper: LaneKeeper): Promise<Loaded> {
  const read = readPolicy(options);
  return loadedFrom(options, read, await keeper(read.policy, options.definition.name, { home: homedir(), base: read.base }));
}

interface ReadPolicy {
  readonly definition: ServerDefinition;
  readonly policy: Policy;
  readonly base: string;
  readonly files: readonly string[];
}

function loadedFrom(options: LoadOptions, { definition, policy, base, files }: ReadPolicy, lanes: Lanes | undefined): Loaded {
  const { principal, log = noLog, own = [], state, limits } = options;
  const home = homedir();
  const kept = policy.credentials.flatMap(({ source }) => ("file" in source ? [credentialFile(source.file, { home, base })] : []));
  const served = Object.values(policy.http?.tls ?? {}).map((file) => credentialFile(file, { home, base }));
  const guard = createGuard({
    definition,
    policy,
    log,
    redactor: lanes === undefined ? createRedactor : lanes.redactor(createRedactor),
    home,
    base,
    own: [...files, ...kept, ...served, ...own],
    ...(lanes !== undefined && { lanes }),
    ...(state !== undefined && { state }),
    ...(limits !== undefined && { limits }),
  });
  return { guard, caller: stdioPrincipal(policy, principal), lanes: lanes?.states ?? [] };
}

function readPolicy(options: LoadOptions): ReadPolicy {
  const { definition, policy: origin, principal = "local" } = options;
  if ("targets" in origin) {
    const credential = credentialFrom(process.env, definition);
    const policy = policyFromFlags({ server: serverShape(definition), principal, targets: origin.targets, ...(credential && { credential }) });
    return { definition: withDeclaredTools(definition, policy), policy, base: options.workingDirectory ?? process.cwd(), files: [] };
  }
  const { file, text } = readPolicySource(origin.file);
  const read = parsePolicy(text, file, [serverShape(definition)]);
  const made = withDeclaredTools(definition, read);
  // Only now it is known which tools there are, and so whether the cards name others.
  const policy = made === definition ? read : parsePolicy(text, file, [serverShape(made)]);
  return { definition: made, policy, base: dirname(file), files: [file] };
}

function credentialFrom(environment: NodeJS.ProcessEnv, { quickStart }: ServerDefinition): PolicyCredential | undefined {
  if (quickStart?.credential === undefined) return undefined;
  const { variables, present, hosts } = quickStart.credential;
  const variable = variables.find((name) => (environment[name] ?? "") !== "");
  return variable === undefined ? undefined : { name: "environment", tenant: "default", source: { env: variable }, present, hosts };
}

const noLog: EvidenceLog = {
  origin: "none",
  decide: () => Promise.reject(new EvidenceUnavailable("this guard was loaded without a log")),
  foresee: () => Promise.reject(new EvidenceUnavailable("this guard was loaded without a log")),
  settle: () => Promise.reject(new EvidenceUnavailable("this guard was loaded without a log")),
  close: () => Promise.resolve(),
};
