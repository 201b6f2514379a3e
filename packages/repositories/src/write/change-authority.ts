import type { Change } from "@postern/policy";
import type { RepoAnswer, RepoRequest } from "../authority.ts";
import type { ReadOperation } from "../operations.ts";
import type { ChangeTarget } from "./write-target.ts";
import type { WriteOperation } from "./write-operations.ts";

export interface SendRequest extends Pick<RepoRequest, "parameters" | "signal"> {
  /** Members of the body, made by the handler from checked arguments. */
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface SentChange {
  readonly data: unknown;
  readonly change: Change;
}

/** Authority to change one repository, minted after the decision was committed. Guarantees: every request names that repository. */
export interface ChangeAuthority extends ChangeTarget {
  readonly name: string;
  givesBranch(name: string): boolean;
  /** Whether the card names a branch without wildcards. */
  namesBranch(name: string): boolean;
  givesBase(name: string): boolean;
  givesLabel(name: string): boolean;
  givesWorkflow(file: string): boolean;
  ask(operation: ReadOperation, request: RepoRequest): Promise<RepoAnswer>;
  /** Sends one change, once. Throws like `ask`; where it is not known whether it arrived, `net.unknown` with the change. */
  send(operation: WriteOperation, request: SendRequest): Promise<SentChange>;
}
