import Driver from "better-sqlite3";

/** What a statement is bound to. */
export type Value = string | number | Buffer | null;

export interface Statement<Row> {
  run(...parameters: readonly Value[]): { readonly changes: number; readonly lastInsertRowid: number };
  get(...parameters: readonly Value[]): Row | undefined;
  all(...parameters: readonly Value[]): Row[];
  iterate(...parameters: readonly Value[]): IterableIterator<Row>;
}

/** A database connection. Rows are typed by whoever writes the SQL; STRICT tables keep the promise. */
export interface Sqlite {
  readonly inTransaction: boolean;
  prepare<Row>(sql: string): Statement<Row>;
  /** For statements that give one column: a row is that column's value. */
  pluck<Column>(sql: string): Statement<Column>;
  exec(sql: string): void;
  pragma(source: string): unknown;
  close(): void;
}

export interface SqliteOptions {
  readonly readonly: boolean;
  /** Milliseconds that a statement may block the process on another one's lock. */
  readonly busyMs: number;
}

/** Opens a database file that exists. Throws the driver's error, whose code `sqliteCode` tells. */
export function openSqlite(file: string, options: SqliteOptions): Sqlite {
  const driver = new Driver(file, { readonly: options.readonly, fileMustExist: true, timeout: options.busyMs });
  return {
    get inTransaction() {
      return driver.inTransaction;
    },
    prepare: <Row>(sql: string) => driver.prepare(sql) as Statement<Row>,
    pluck: <Column>(sql: string) => driver.prepare(sql).pluck() as Statement<Column>,
    exec(sql) {
      driver.exec(sql);
    },
    pragma: (source) => driver.pragma(source, { simple: true }),
    close() {
      driver.close();
    },
  };
}

/** SQLite's extended result code of an error (`SQLITE_BUSY`, `SQLITE_IOERR_WRITE`); undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code.startsWith("SQLITE_") ? error.code : undefined;
}

/** Another connection holds a lock; the same statement may succeed later. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith("SQLITE_BUSY") || code === "SQLITE_LOCKED" || code === "SQLITE_PROTOCOL");
}

/** No space: the file system's, or (as a failed write) a quota's or a limit on the size of files. */
export function isFull(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE" || code === "SQLITE_IOERR_WRITE";
}
