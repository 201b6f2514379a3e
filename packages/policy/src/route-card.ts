import type { Budget, Estimate } from "./budget.ts";
import type { DenialCode } from "./codes.ts";
import type { RedactionRule } from "./redaction.ts";

/** One unit of policy: who may use which tools of one server on which targets, and under what conditions. */
export interface RouteCard {
  readonly id: string;
  readonly server: string;
  /** Ids. Empty: nobody. */
  readonly principals: readonly string[];
  /** `*` is every tool of the server that its own switches allow. Empty: none. */
  readonly tools: "*" | readonly string[];
  /** As written; the target kinds of the card's server parse it. */
  readonly targets: Readonly<Record<string, unknown>>;
  /** Name of the credential lane. */
  readonly credential?: string;
  /** Scopes that an access token must have, all of them. Absent: none. */
  readonly scopes?: readonly string[];
  readonly budget?: Budget;
  /** Absent: a cost of 1, and the guard's own guess of bytes. */
  readonly estimate?: Estimate;
  readonly redact: RedactionRule;
  readonly approval: "none" | "required";
  readonly neighbors: { readonly allow: readonly WrittenNeighbor[]; readonly deny: readonly WrittenNeighbor[] };
  /** Where the card stands in the policy file, from 1; 0 when it was made from flags. */
  readonly line: number;
  readonly column: number;
}

/** A call that the operator wrote down to be tried by `postern check`. */
export interface WrittenNeighbor {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The code that a denial must have; absent: any denial will do. */
  readonly code?: DenialCode;
}
