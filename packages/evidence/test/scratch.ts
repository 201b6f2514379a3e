import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openEvidence, type EvidenceOptions, type SqliteEvidenceLog } from "../src/index.ts";

/** A directory that is removed with the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "postern-evidence-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A log over a new database, closed with the test. */
export function openLog(options: Partial<EvidenceOptions> = {}): Promise<SqliteEvidenceLog> {
  return reopen({ file: join(scratch(), "state", "evidence.db"), ...options });
}

export async function reopen(options: Partial<EvidenceOptions> & { readonly file: string }): Promise<SqliteEvidenceLog> {
  const log = await openEvidence({ server: "filesystem-read", ...options });
  onTestFinished(() => log.close());
  return log;
}
