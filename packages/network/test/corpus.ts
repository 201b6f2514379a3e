import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface AttackCase {
  readonly input: unknown;
  readonly kind: string;
  readonly why: string;
  readonly expected_category: string;
}

const file = fileURLToPath(new URL("../../../../shared/data/network-attacks.json", import.meta.url));

/** The attacks of some kinds, of all where none is named; empty where the corpus does not lie beside the project. */
export function attacks(...kinds: readonly string[]): readonly AttackCase[] {
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as readonly AttackCase[]).filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
}

/** What keeps the tests that need it from running. */
export const noCorpus = existsSync(file) ? "" : " (skipped: no corpus)";
