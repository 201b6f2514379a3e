import { accessSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EvidenceUnavailable } from "./evidence-log.ts";
import { openSqlite, type Sqlite } from "./sqlite.ts";

// a reader blocks its own process only: that of the operator's command
const busyMs = 2000;

export interface Opened {
  readonly database: Sqlite;
  close(): void;
}

/**
 * Opens a log for reading. The database is never made and never changed; beside it, SQLite may put the two files that
 * readers and writers share. Where it cannot (an archive on a read-only disk), a private copy is read.
 * Throws `EvidenceUnavailable` where there is no log that can be read.
 */
export function openReading(file: string): Opened {
  try {
    // opening a FIFO would wait for its other end
    if (!statSync(file).isFile()) throw new Error("it is not a regular file");
    return sealedOff(dirname(file)) ? openCopy(file) : opened(file, () => undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EvidenceUnavailable(`${file} holds no evidence that can be read: ${reason}`, { cause: error });
  }
}

function opened(file: string, after: () => void): Opened {
  const database = openSqlite(file, { readonly: true, busyMs });
  try {
    database.pragma("trusted_schema = OFF");
    database.pluck("SELECT origin FROM log").get();
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    database,
    close() {
      database.close();
      after();
    },
  };
}

function openCopy(file: string): Opened {
  const directory = mkdtempSync(join(tmpdir(), "postern-reading-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, "evidence.db");
    for (const suffix of ["", "-wal"]) {
      if (suffix === "" || statSync(file + suffix, { throwIfNoEntry: false }) !== undefined) copyFileSync(file + suffix, copy + suffix);
    }
    return opened(copy, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

/** Nothing can be written beside the database. No server of this process has it open then: a copy would take away its locks. */
function sealedOff(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
