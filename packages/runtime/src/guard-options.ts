import type { EvidenceLog } from "@postern/evidence";
import type { Policy, RedactionRule } from "@postern/policy";
import type { Redact } from "./clean.ts";
import type { Lanes } from "./lanes.ts";
import type { Limits } from "./limits.ts";
import type { ServerDefinition } from "./tool.ts";

/** What a guard is made of. */
export interface GuardOptions {
  readonly definition: ServerDefinition;
  readonly policy: Policy;
  readonly log: EvidenceLog;
  readonly redactor: (rule: RedactionRule) => Redact;
  /** The credentials that cards name. Without them every call of such a card is denied. */
  readonly lanes?: Lanes;
  /** Home directory of the operator, for `~` in targets. */
  readonly home: string;
  /** Directory that relative targets of the policy are read against. */
  readonly base: string;
  /** Files of our own (policy, evidence) that no card can give. */
  readonly own: readonly string[];
  /** Directory of our own, where target kinds may keep what is of use while the process runs. */
  readonly state?: string;
  readonly limits?: Partial<Limits>;
}
