import { writeFileSync } from "node:fs";
import { hash } from "node:crypto";
import { join } from "node:path";

/** Keys as `postern keygen` makes them, but known: each is the name of its principal, long enough to be one. */
export function keyOf(principal: string): string {
  return `postern_${principal.padEnd(43, "0")}`;
}

export interface WrittenCaller {
  readonly id: string;
  readonly tenant?: string;
}

/** Writes a policy for callers with API keys; cards are given as YAML, `more` is what else the file says. */
export function writePolicy(folder: string, callers: readonly WrittenCaller[], cards: readonly string[], more = ""): string {
  const file = join(folder, "postern.yaml");
  const principals = callers.map(({ id, tenant = "default" }) => `  - { id: ${id}, tenant: ${tenant}, apiKey: { sha256: ${hash("sha256", keyOf(id))} } }\n`);
  writeFileSync(
    file,
    `version: 1\nprincipals:\n${principals.join("")}${more}\nroutes:${cards.length === 0 ? " []" : ""}\n${cards.map((card) => `  - ${card}\n`).join("")}`,
    { mode: 0o600 },
  );
  return file;
}
