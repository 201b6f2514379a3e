import { DatabaseFiles, narrowFile, prepareFile } from "./database-files.ts";
import { bringUp, refuseForeign } from "./schema.ts";
import { openSqlite, type Sqlite, type Statement } from "./sqlite.ts";

// a longer wait would block the whole process; who still finds the lock taken tries again later, asynchronously
const busyMs = 2;

/**
 * One open database of the log. Everything in it is synchronous and throws the driver's errors; `Writer` decides what
 * they mean. Transactions take the write lock at once (`BEGIN IMMEDIATE`), so that reading the head and appending to it
 * cannot be torn apart by another process.
 */
export class Store {
  readonly origin: string;
  readonly database: Sqlite;
  readonly files: DatabaseFiles;
  readonly #begin: Statement<never>;
  readonly #commit: Statement<never>;
  readonly #insert: Statement<never>;
  readonly #leaf: Statement<Buffer>;
  #full = false;

  constructor(file: string, database: Sqlite) {
    this.database = database;
    this.origin = database.pluck<string>("SELECT origin FROM log").get() ?? "";
    this.files = new DatabaseFiles(file);
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#insert = database.prepare("INSERT INTO leaf(seq, body) VALUES((SELECT coalesce(max(seq) + 1, 0) FROM leaf), ?)");
    this.#leaf = database.pluck("SELECT body FROM leaf WHERE seq = ?");
  }

  /** Starts a transaction. `full`: its commit, and all before it, outlast a power cut; otherwise only the death of the process. */
  begin(full: boolean): void {
    if (full !== this.#full) this.database.pragma(`synchronous = ${full ? "FULL" : "NORMAL"}`);
    this.#full = full;
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  rollback(): void {
    if (this.database.inTransaction) this.database.exec("ROLLBACK");
  }

  /** Appends a leaf behind the last one, whoever wrote that; tells its index. */
  append(body: Buffer): number {
    return this.#insert.run(body).lastInsertRowid;
  }

  leaf(index: number): Buffer | undefined {
    return this.#leaf.get(index);
  }

  /** Moves what the write-ahead log holds into the database, as far as no reader and no writer is in the way. Never shortens it. */
  checkpoint(): void {
    this.database.pragma("wal_checkpoint(PASSIVE)");
  }

  close(): void {
    this.database.close();
  }
}

/** Opens the database of a log, and makes it where there is none. Throws the driver's errors and `EvidenceUnavailable`. */
export function openStore(file: string, now: number): Store {
  prepareFile(file);
  const database = openSqlite(file, { readonly: false, busyMs });
  try {
    refuseForeign(database);
    narrowFile(file);
    // both only count before the first table is made
    database.pragma("page_size = 4096");
    database.pragma("auto_vacuum = INCREMENTAL");
    const mode = database.pragma("journal_mode = WAL");
    if (mode !== "wal") throw new Error(`this file system cannot hold a write-ahead log (journal mode ${String(mode)})`);
    database.pragma("synchronous = NORMAL");
    database.pragma("foreign_keys = ON");
    database.pragma("trusted_schema = OFF");
    database.pragma("recursive_triggers = ON");
    database.pragma("wal_autocheckpoint = 0");
    // elsewhere fsync means it; macOS needs to be asked
    if (process.platform === "darwin") database.pragma("fullfsync = ON");
    bringUp(database, now);
    return new Store(file, database);
  } catch (error) {
    database.close();
    throw error;
  }
}
