import { callView, matches } from "./call-view.ts";
import { EvidenceUnavailable } from "./evidence-log.ts";
import { readLeaf } from "./leaf-body.ts";
import { openReading } from "./open-reading.ts";
import { openCalls, readTail } from "./query.ts";
import type { CallFilter, CallView } from "./record.ts";
import type { Sqlite } from "./sqlite.ts";
import { takenBytes } from "./taken-bytes.ts";
import { where } from "./where.ts";

/** What calls can be told apart by. `code`: of the denial, or of the failure; none for those that went well. */
export const usageKeys = ["owner", "principal", "tenant", "lane", "tool", "code"] as const;
export type UsageKey = (typeof usageKeys)[number];

/** Which calls count: a filter that an index answers. */
export type UsageFilter = Omit<CallFilter, "target" | "unfinished" | "call" | "after" | "limit">;

/** What the calls of one name took together. */
export interface Usage {
  /** Null: of those that have none, such as calls of cards without a budget. */
  readonly name: string | null;
  /** All calls, the denied ones among them. */
  readonly calls: number;
  readonly denied: number;
  /** What they took from budgets of bytes; where they had none, what came in and went out. A denied call took nothing. */
  readonly bytes: number;
  /** By the estimates of their cards. */
  readonly cost: number;
}

type Sum = { -readonly [Key in keyof Omit<Usage, "name">]: Usage[Key] };

/**
 * Who used how much: one pass over the indexed calls of the filter, the most costly name first. Complete up to the moment of
 * the call, like `readCalls`, and throws like it. Calls that still run count with what they reserved.
 */
export function readUsage(file: string, by: UsageKey, filter: UsageFilter = {}): Usage[] {
  const { database, close } = openReading(file);
  try {
    if (database.prepare("SELECT 1 FROM pragma_table_info('call') WHERE name = 'cost'").get() === undefined) {
      throw new EvidenceUnavailable(`${file} was written by an older version and has no sums yet; they are there once a server has opened it`);
    }
    database.exec("BEGIN");
    const sums = settled(database, by, filter);
    // what has no ending in the projection yet may have one among the leaves that it has not reached
    for (const view of unsettled(database, filter)) add(sums, nameOf(view, by), view);
    return Array.from(sums, ([name, sum]) => ({ name, ...sum })).toSorted(
      (one, other) => other.cost - one.cost || other.calls - one.calls || ((one.name ?? "") < (other.name ?? "") ? -1 : 1),
    );
  } finally {
    close();
  }
}

interface Row extends Sum {
  readonly name: string | null;
}

function settled(database: Sqlite, by: UsageKey, filter: UsageFilter): Map<string | null, Sum> {
  const { sql, parameters } = where(filter);
  const outcome = filter.outcome === undefined ? "" : " AND call.outcome = (SELECT id FROM dim WHERE value = ?)";
  const key = by === "code" ? "coalesce(call.code, call.failure)" : `call.${by}`;
  const rows = database
    .prepare<Row>(
      `SELECT (SELECT value FROM dim WHERE id = sums.key) AS name, calls, denied, bytes, cost FROM (SELECT ${key} AS key, count(*) AS calls, ` +
        "sum(call.decision = 0) AS denied, sum(call.bytes) AS bytes, sum(call.cost) AS cost FROM call " +
        `${sql === "" ? "WHERE" : `${sql} AND`} (call.ended IS NOT NULL OR call.decision = 0)${outcome} GROUP BY 1) AS sums`,
    )
    .all(...parameters, ...(filter.outcome === undefined ? [] : [filter.outcome]));
  return new Map(rows.map(({ name, ...sum }) => [name, sum]));
}

function* unsettled(database: Sqlite, filter: UsageFilter): Generator<CallView> {
  const tail = readTail(database);
  for (const { seq, body } of openCalls(database)) {
    const decision = readLeaf(body);
    if (decision.kind !== "decision") continue;
    const view = callView(seq, decision, tail.endings.get(seq));
    if (matches(filter, view)) yield view;
  }
  for (const view of tail.calls()) if (matches(filter, view)) yield view;
}

function nameOf(view: CallView, by: UsageKey): string | null {
  if (by === "owner") return view.quota_owner;
  return by === "code" ? (view.code ?? view.failure) : view[by];
}

function add(sums: Map<string | null, Sum>, name: string | null, view: CallView): void {
  const sum = sums.get(name) ?? { calls: 0, denied: 0, bytes: 0, cost: 0 };
  sum.calls += 1;
  sum.denied += view.decision === "deny" ? 1 : 0;
  sum.bytes += takenBytes(view);
  sum.cost += view.cost;
  sums.set(name, sum);
}
