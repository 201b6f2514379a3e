import type { RedactionRule } from "@postern/policy";
import type { Redactor } from "./redacted-text.ts";

/**
 * The redactor of a rule, whose patterns are loaded with its first text. A text that comes before they are there waits
 * for them, and where they cannot be loaded it is not let through: the redactor rejects.
 */
export function createRedactor(rule: RedactionRule): Redactor {
  let redact: Redactor | undefined;
  return (text, surroundings) => {
    if (redact !== undefined) return redact(text, surroundings);
    return import("./redact.ts").then(({ createRedactor: create }) => {
      redact ??= create(rule);
      return redact(text, surroundings);
    });
  };
}
