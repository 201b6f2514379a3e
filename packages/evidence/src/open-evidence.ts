import { resolve } from "node:path";
import { wallClock } from "./clock.ts";
import { SqliteEvidenceLog } from "./log.ts";

export { defaultEvidenceFile } from "./default-file.ts";

export interface EvidenceOptions {
  /** Database file; made, with its directory, where there is none. */
  readonly file: string;
  /** Name of the server that writes: `filesystem-read`. */
  readonly server: string;
  /** Milliseconds since the epoch, for records and budgets. Default: the system's clock. */
  readonly clock?: () => number;
  /** Milliseconds for which a database that was deleted may be brought back before a new log is begun in its place. Default: 5,000. */
  readonly graceMs?: number;
}

/**
 * Opens the evidence log of a server process and commits its boot leaf; open calls of processes that are gone get their `recovered` leaf.
 * Throws `EvidenceUnavailable` when the log cannot be written.
 */
export async function openEvidence(options: EvidenceOptions): Promise<SqliteEvidenceLog> {
  const { file, server, clock = wallClock(), graceMs = 5000 } = options;
  const log = new SqliteEvidenceLog({ file: resolve(file), server, clock, graceMs });
  try {
    await log.start();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}
