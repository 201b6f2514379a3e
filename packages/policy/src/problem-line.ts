import type { PolicyProblem } from "./policy-error.ts";

/** One problem or note as one line: `policy.yaml:5:17 routes.0.redact: …`. */
export function problemLine({ file, line, column, path, message }: PolicyProblem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const text = path === "" ? `${place} ${message}` : `${place} ${path}: ${message}`;
  // Names come from the file; an escape sequence in one must not reach the operator's terminal.
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (unit) => `\\u{${unit.codePointAt(0)?.toString(16)}}`);
}
