import { randomBytes } from "node:crypto";
import type { Sqlite } from "./sqlite.ts";

/** What one version adds to the version before it. The position is the `user_version` that it starts from. */
const migrations: readonly string[] = [
  `
  CREATE TABLE log(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    origin TEXT NOT NULL,
    created INTEGER NOT NULL,
    projected INTEGER NOT NULL CHECK(projected >= 0)
  ) STRICT;
  CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER log_keeps_its_name BEFORE UPDATE OF id, origin, created ON log BEGIN SELECT RAISE(ABORT, 'append-only'); END;

  CREATE TABLE leaf(
    seq INTEGER PRIMARY KEY CHECK(seq >= 0),
    body BLOB NOT NULL CHECK(length(body) BETWEEN 2 AND 16384)
  ) STRICT;
  CREATE TRIGGER leaf_is_not_changed BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER leaf_is_not_removed BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER leaf_is_not_replaced BEFORE INSERT ON leaf WHEN EXISTS(SELECT 1 FROM leaf WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER leaf_leaves_no_gap AFTER INSERT ON leaf WHEN NEW.seq > 0 AND NOT EXISTS(SELECT 1 FROM leaf WHERE seq = NEW.seq - 1)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;

  CREATE TABLE bucket(
    owner TEXT NOT NULL,
    resource TEXT NOT NULL,
    window_ms INTEGER NOT NULL CHECK(window_ms > 0),
    tokens REAL NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY(owner, resource, window_ms)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE dim(id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE call(
    seq INTEGER PRIMARY KEY REFERENCES leaf(seq),
    call TEXT NOT NULL UNIQUE,
    time INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    server INTEGER NOT NULL,
    principal INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    tool INTEGER,
    route INTEGER,
    lane INTEGER,
    owner INTEGER,
    decision INTEGER NOT NULL,
    code INTEGER,
    outcome INTEGER NOT NULL,
    failure INTEGER,
    ended INTEGER REFERENCES leaf(seq)
  ) STRICT;
  CREATE INDEX call_time ON call(time);
  CREATE INDEX call_principal ON call(principal);
  CREATE INDEX call_tool ON call(tool);
  CREATE INDEX call_lane ON call(lane) WHERE lane IS NOT NULL;
  CREATE INDEX call_owner ON call(owner) WHERE owner IS NOT NULL;
  CREATE INDEX call_code ON call(code) WHERE code IS NOT NULL;
  CREATE INDEX call_failure ON call(failure) WHERE failure IS NOT NULL;
  CREATE INDEX call_open ON call(boot) WHERE ended IS NULL AND decision = 1;
  `,
  `
  CREATE TABLE claim(
    key BLOB PRIMARY KEY CHECK(length(key) = 32),
    request BLOB NOT NULL CHECK(length(request) = 32),
    call TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES leaf(seq),
    boot INTEGER NOT NULL,
    at REAL NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('open', 'done', 'unknown')),
    status INTEGER,
    failure TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claim_at ON claim(at);
  `,
  // The projection is made anew from the leaves, by whoever opens the log next: 45 s for a million calls, once.
  `
  ALTER TABLE call ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE call ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;
  DELETE FROM call;
  UPDATE log SET projected = 0;
  `,
  `
  CREATE TABLE session(
    key BLOB PRIMARY KEY CHECK(length(key) = 32),
    owner TEXT NOT NULL,
    client TEXT,
    protocol TEXT,
    asks INTEGER NOT NULL CHECK(asks IN (0, 1)),
    used REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_used ON session(used);
  `,
  `
  CREATE TABLE approval(
    token BLOB PRIMARY KEY CHECK(length(token) = 32),
    bound BLOB NOT NULL CHECK(length(bound) = 32),
    expires REAL NOT NULL,
    ended TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX approval_expires ON approval(expires);
  `,
];

/** The version of the schema that this code writes. */
export const schemaVersion = migrations.length;

/** Text of the error when a newer Postern wrote the file. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";
}

/** Another program's database lies at the place of the log. */
export class ForeignDatabase extends Error {
  override readonly name = "ForeignDatabase";
}

/** "PstE" in the file's header, so that no other program's database is taken for a log or made into one. */
const applicationId = 0x50737445;

/**
 * Brings a database to the schema of this code, in one transaction. A new database gets its origin here, once.
 * Throws `SchemaTooNew` for a file of a later version, `ForeignDatabase` for one that is no log and not empty, and the
 * driver's error while another process holds the lock.
 */
export function bringUp(database: Sqlite, now: number): void {
  if (version(database) === schemaVersion && isLog(database)) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    refuseForeign(database);
    const from = version(database);
    if (from > schemaVersion) throw new SchemaTooNew(`the evidence has format ${from}, this version of Postern knows formats up to ${schemaVersion}`);
    for (const migration of migrations.slice(from)) database.exec(migration);
    if (from === 0) {
      const origin = `postern/${randomBytes(16).toString("hex")}`;
      database.prepare("INSERT INTO log(id, origin, created, projected) VALUES(1, ?, ?, 0)").run(origin, Math.round(now * 1000));
    }
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${schemaVersion}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.inTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Throws `ForeignDatabase`, having changed nothing, for a database that is neither a log nor empty. */
export function refuseForeign(database: Sqlite): void {
  // in this order: another server may make the log between any two looks, and what is not empty then is a log by the last of them
  const empty = version(database) === 0 && isEmpty(database);
  if (!empty && !isLog(database)) throw new ForeignDatabase("the file is another program's database");
}

function isLog(database: Sqlite): boolean {
  return Number(database.pragma("application_id")) === applicationId;
}

function isEmpty(database: Sqlite): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

function version(database: Sqlite): number {
  return Number(database.pragma("user_version"));
}
