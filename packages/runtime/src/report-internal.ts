import { tellOperator } from "./tell-operator.ts";

/**
 * Says on stderr what callers are never told: the error behind an `internal` failure, and only where the operator set
 * `POSTERN_DEBUG`. An error of a library may quote what it was working on, so without that wish nothing is written.
 */
export function reportInternal(where: string, error: unknown): void {
  if (process.env["POSTERN_DEBUG"] === undefined || process.env["POSTERN_DEBUG"] === "") return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tellOperator(`postern: ${where}: ${text}\n`);
}
