import { problemLine } from "./problem-line.ts";

/** One thing that is wrong with a policy, at the exact key or value. */
export interface PolicyProblem {
  readonly file: string;
  /** From 1; 0 where no place in a file is to blame (a policy made from flags). */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count; 0 as for `line`. */
  readonly column: number;
  /** Keys and indexes from the top: `routes.0.redact`. Empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

const shown = 20;

/**
 * A policy that cannot be used. Nothing of it is in force: there is no half-loaded policy. The message has one line
 * per problem, `policy.yaml:5:17 routes.0.redact: …`, and may name what the operator wrote; it never reaches a caller.
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[], options?: { readonly cause?: unknown }) {
    const lines = problems.slice(0, shown).map(problemLine);
    if (problems.length > shown) lines.push(`and ${problems.length - shown} more`);
    super(lines.join("\n"), options);
    this.problems = problems;
  }
}
