import { denialCodes, failureCodes } from "./codes.ts";

/** Every code with its sentence as a Markdown table: what the documentation shows, so that it cannot drift from the code. */
export function codesTable(): string {
  const rows = [
    ...Object.entries(denialCodes).map(([code, sentence]) => `| \`${code}\` | denial | ${sentence} |`),
    ...Object.entries(failureCodes).map(([code, sentence]) => `| \`${code}\` | failure | ${sentence} |`),
  ];
  return ["| code | kind | meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}
