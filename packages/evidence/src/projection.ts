import { readLeaf, type DecisionBody, type OutcomeBody } from "./leaf-body.ts";
import type { Sqlite, Statement } from "./sqlite.ts";
import { takenBytes } from "./taken-bytes.ts";

interface LeafRow {
  readonly seq: number;
  readonly body: Buffer;
}

// names are few; what a caller makes up (tool names) must not grow this without end
const namesKept = 4096;

/**
 * The table `call`: what queries filter and sort by, one row per call, made from the leaves and rebuildable from them.
 *
 * It runs behind the leaves on purpose, since an index costs more than the leaf itself: writers catch up when they are
 * idle, at close, and when it falls behind too far. `log.projected` says how far it reaches, and `readCalls` reads the leaves
 * beyond, so that no answer depends on how far it has come.
 */
export class Projection {
  readonly #reach: Statement<number>;
  readonly #move: Statement<never>;
  readonly #leaves: Statement<LeafRow>;
  readonly #name: Statement<number>;
  readonly #addName: Statement<never>;
  readonly #open: Statement<never>;
  readonly #end: Statement<never>;
  readonly #recover: Statement<never>;
  readonly #names = new Map<string, number>();

  constructor(database: Sqlite) {
    this.#reach = database.pluck("SELECT projected FROM log");
    this.#move = database.prepare("UPDATE log SET projected = ?");
    this.#leaves = database.prepare("SELECT seq, body FROM leaf WHERE seq >= ? ORDER BY seq LIMIT ?");
    this.#name = database.pluck("SELECT id FROM dim WHERE value = ?");
    this.#addName = database.prepare("INSERT INTO dim(value) VALUES(?)");
    this.#open = database.prepare(
      "INSERT INTO call(seq, call, time, boot, server, principal, tenant, tool, route, lane, owner, decision, code, outcome, bytes, cost) " +
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#end = database.prepare("UPDATE call SET outcome = ?, failure = ?, ended = ?, bytes = coalesce(?, bytes + ?) WHERE seq = ?");
    this.#recover = database.prepare("UPDATE call SET outcome = ?, ended = ? WHERE seq = ? AND ended IS NULL");
  }

  /** Index of the first leaf that is not in the table yet. */
  reach(): number {
    return this.#reach.get() ?? 0;
  }

  /** Takes up to `limit` leaves into the table, within the caller's transaction; tells how many there were. */
  advance(limit: number): number {
    const from = this.reach();
    let next = from;
    try {
      for (const { seq, body } of this.#leaves.all(from, limit)) {
        this.#take(seq, body);
        next = seq + 1;
      }
      if (next > from) this.#move.run(next);
    } catch (error) {
      this.forget();
      throw error;
    }
    return next - from;
  }

  /** Forgets cached ids; needed when a transaction that used this was rolled back. */
  forget(): void {
    this.#names.clear();
  }

  #take(seq: number, body: Buffer): void {
    const leaf = readLeaf(body);
    if (leaf.kind === "decision") this.#takeDecision(seq, leaf);
    else if (leaf.kind === "outcome") this.#takeOutcome(seq, leaf);
    else if (leaf.kind === "recovered") this.#recover.run(this.#id("unknown"), seq, leaf.of);
  }

  #takeDecision(seq: number, leaf: DecisionBody): void {
    const allowed = leaf.decision === "allow";
    this.#open.run(
      seq,
      leaf.call,
      leaf.time,
      leaf.boot,
      this.#id(leaf.server),
      this.#id(leaf.principal),
      this.#id(leaf.tenant),
      this.#idOrNull(leaf.tool),
      this.#idOrNull(leaf.route),
      this.#idOrNull(leaf.lane),
      this.#idOrNull(leaf.quota_owner),
      allowed ? 1 : 0,
      this.#idOrNull(leaf.code),
      this.#id(allowed ? "unfinished" : "denied"),
      takenBytes({ decision: leaf.decision, budget: leaf.budget ?? [], bytes_in: leaf.bytes_in, bytes_out: null }),
      allowed ? (leaf.cost ?? 1) : 0,
    );
  }

  #takeOutcome(seq: number, leaf: OutcomeBody): void {
    // without a budget of bytes it is what came in, which the row has, and what went out
    const taken = leaf.budget?.find(({ resource }) => resource === "bytes")?.taken ?? null;
    this.#end.run(this.#id(leaf.outcome), this.#idOrNull(leaf.failure), seq, taken, leaf.bytes_out, leaf.of);
  }

  #idOrNull(value: string | undefined): number | null {
    return value === undefined ? null : this.#id(value);
  }

  #id(value: string): number {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    if (this.#names.size >= namesKept) this.#names.clear();
    const id = this.#name.get(value) ?? this.#addName.run(value).lastInsertRowid;
    this.#names.set(value, id);
    return id;
  }
}
