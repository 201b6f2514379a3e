import { statSync } from "node:fs";
import { callView, matches, type Ending } from "./call-view.ts";
import { readLeaf, type DecisionBody } from "./leaf-body.ts";
import { openReading } from "./open-reading.ts";
import type { CallFilter, CallView } from "./record.ts";
import type { Sqlite, Value } from "./sqlite.ts";
import { where } from "./where.ts";

interface CallRow {
  readonly seq: number;
  readonly decision: Buffer;
  readonly ending: Buffer | null;
}

interface LeafRow {
  readonly seq: number;
  readonly body: Buffer;
}

/**
 * Reads calls, oldest first. Complete up to the moment of the call: what the projection does not hold yet is read from
 * the leaves, in the same snapshot. Works while servers write, and after they died, and never changes the database.
 * Throws `EvidenceUnavailable` where there is no database that this version can read.
 */
export function readCalls(file: string, filter: CallFilter): CallView[] {
  const reader = openReader(file);
  try {
    return reader.calls(filter);
  } finally {
    reader.close();
  }
}

/** A read-only connection to a log. */
export interface Reader {
  readonly origin: string;
  calls(filter: CallFilter): CallView[];
  /** Whether the path still leads to the database that is being read. Another one, or none, may have taken its place. */
  stands(): boolean;
  /** Changes whenever another connection committed something. */
  version(): number;
  close(): void;
}

export function openReader(file: string): Reader {
  // from before it is opened: where it was replaced in between, it is found out later and not never.
  const identity = identityOf(file);
  const { database, close } = openReading(file);
  return {
    stands: () => identityOf(file) === identity,
    origin: database.pluck<string>("SELECT origin FROM log").get() ?? "",
    calls(filter) {
      database.exec("BEGIN");
      try {
        return read(database, filter);
      } finally {
        database.exec("ROLLBACK");
      }
    },
    version: () => Number(database.pragma("data_version")),
    close,
  };
}

/** The open database keeps its inode from being given to another file. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function read(database: Sqlite, filter: CallFilter): CallView[] {
  const tail = readTail(database);
  const forward = filter.after !== undefined;
  const limit = filter.limit ?? Infinity;
  const found: CallView[] = [];
  const take = (views: Iterable<CallView>): void => {
    for (const view of views) {
      if (found.length >= limit) return;
      if (view.index > (filter.after ?? -1) && matches(filter, view)) found.push(view);
    }
  };
  const recent = tail.calls();
  if (forward) {
    take(projected(database, filter, tail.endings));
    take(recent);
    return found;
  }
  take(recent.toReversed());
  take(projected(database, filter, tail.endings));
  return found.toReversed();
}

interface Tail {
  /** The endings of any calls that the projection does not know yet, by the decision's index. */
  readonly endings: ReadonlyMap<number, Ending>;
  /** Calls that the projection does not know yet. */
  calls(): CallView[];
}

/** The decisions that the projection holds without an ending. */
export function openCalls(database: Sqlite): IterableIterator<LeafRow> {
  return database
    .prepare<LeafRow>("SELECT leaf.seq, leaf.body FROM call JOIN leaf ON leaf.seq = call.seq WHERE call.ended IS NULL AND call.decision = 1 ORDER BY call.seq")
    .iterate();
}

/** The leaves that the projection has not reached. */
export function readTail(database: Sqlite): Tail {
  const decisions = new Map<number, DecisionBody>();
  const endings = new Map<number, Ending>();
  for (const row of database.prepare<LeafRow>("SELECT seq, body FROM leaf WHERE seq >= (SELECT projected FROM log) ORDER BY seq").iterate()) {
    const leaf = readLeaf(row.body);
    if (leaf.kind === "decision") decisions.set(row.seq, leaf);
    else if (leaf.kind === "outcome") endings.set(leaf.of, leaf);
    else if (leaf.kind === "recovered" && !endings.has(leaf.of)) endings.set(leaf.of, "recovered");
  }
  return { endings, calls: () => Array.from(decisions, ([index, decision]) => callView(index, decision, endings.get(index))) };
}

function* projected(database: Sqlite, filter: CallFilter, later: ReadonlyMap<number, Ending>): Generator<CallView> {
  const { sql, parameters } = where(filter);
  const direction = filter.after === undefined ? "DESC" : "ASC";
  const rows = database.prepare<CallRow>(
    "SELECT call.seq, decided.body AS decision, ended.body AS ending FROM call JOIN leaf AS decided ON decided.seq = call.seq " +
      `LEFT JOIN leaf AS ended ON ended.seq = call.ended ${sql} ORDER BY call.seq ${direction}`,
  );
  for (const row of rows.iterate(...(parameters satisfies readonly Value[]))) {
    const decision = readLeaf(row.decision);
    if (decision.kind === "decision") yield callView(row.seq, decision, endingOf(row.ending, later.get(row.seq)));
  }
}

/** An outcome that came after all stands against a recovery, in whichever order they came. */
function endingOf(body: Buffer | null, later: Ending): Ending {
  if (typeof later === "object") return later;
  const leaf = body === null ? undefined : readLeaf(body);
  if (leaf?.kind === "outcome") return leaf;
  return leaf?.kind === "recovered" ? "recovered" : later;
}
