import type { SessionOwners, SessionRow } from "@postern/evidence";
import { EvidenceUnavailable } from "@postern/evidence/unavailable";
import { randomUUID } from "node:crypto";
import { type ClientQuestions, createClientQuestions } from "../client-questions.ts";
import { reportInternal } from "../report-internal.ts";

/** What a handshake of the 2025 era left behind. It proves nothing: each request brings its own proof. */
export interface HttpSession {
  readonly id: string;
  /** The principal that it belongs to, with its tenant. */
  readonly owner: string;
  readonly client: string | null;
  readonly protocol: string | null;
  /** The client can ask its user. */
  readonly asks: boolean;
  /** Requests of this session that are not answered yet. */
  readonly inFlight: Map<string | number, AbortController>;
  /** What its client was asked and has not answered. */
  readonly questions: ClientQuestions;
  used: number;
  /** When the other servers were told last that it is used; undefined: none of them knows it yet. */
  told: number | undefined;
}

type Said = Pick<HttpSession, "client" | "protocol" | "asks">;

const perOwner = 512;
const inAll = 4_096;
/** Milliseconds without a request after which a session is over. Where several servers share it, up to a quarter more. */
const idleMs = 30 * 60_000;
/** Milliseconds of use that the others are not told of. */
const untoldMs = idleMs / 4;
/** Milliseconds between two looks whether what runs here runs in a session that was ended elsewhere. */
const watchMs = 1_000;

/**
 * The sessions of callers. A session is its owner's alone: for anybody else it does not exist. An owner may have as many as
 * are free besides, so that however many take all they get, one more gets in. Where there are too many, the owner's own that
 * was idle for longest ends, and its client begins another one, as the protocol has it; of an owner that has none, it is one of
 * whoever has the most.
 *
 * With `shared`, a session outlasts the process that began it, and is one on all servers that share the log: each request asks
 * what stands there, so that a session which was ended on one server is over on all of them, for every request that comes
 * after the answer to its end. What ran in it on another server is cancelled within a second. What cannot be asked is refused, not guessed.
 * Without `shared` each process knows its own.
 *
 * Hole: where the owner of a session is no longer in the policy, those servers end it that used it; another one finds it until it was idle for long enough.
 */
export class Sessions {
  readonly #known = new Map<string, HttpSession>();
  readonly #shared: SessionOwners | undefined;
  #watching = false;

  constructor(shared?: SessionOwners) {
    this.#shared = shared;
    if (shared !== undefined) setInterval(() => void this.#watch(shared), watchMs).unref();
  }

  async begin(owner: string, said: Said): Promise<HttpSession | undefined> {
    const session = this.#enter(randomUUID(), owner, said, undefined);
    // what cannot be told now is told before it is used
    if (session !== undefined) await answered(this.#introduce(session));
    return session;
  }

  /**
   * The caller's session of this id; `another`: there is one, of somebody else, which is for the record and for nothing that anybody is told.
   * `unknowable`: what the servers share cannot be read now.
   */
  async find(id: string, owner: string): Promise<HttpSession | "another" | "unknowable" | undefined> {
    const row = await answered(this.#standing(id));
    if (row === "unknowable") return row;
    const known = this.#known.get(id);
    if (row === undefined) {
      this.#forget(id);
      return undefined;
    }
    if (row.owner !== owner) return "another";
    if (this.#isOver(row)) {
      await this.end({ id });
      return undefined;
    }
    const session = known ?? this.#enter(id, owner, row, row.used);
    if (session === undefined) return undefined;
    session.used = Date.now();
    if (session.used - Math.max(row.used, session.told ?? 0) > untoldMs) {
      session.told = session.used;
      if (this.#shared !== undefined) void answered(this.#shared.use(id, session.used));
    }
    return session;
  }

  /** `unknowable`: what ran in it here is cancelled, but the session stands, since it could not be taken from what the servers share. */
  async end({ id }: Pick<HttpSession, "id">): Promise<"unknowable" | undefined> {
    this.#forget(id);
    return this.#shared === undefined ? undefined : ((await answered(this.#shared.end(id))) ?? undefined);
  }

  /** Ends the sessions of all but these owners. What is under way in them here ends under the policy that it began under. */
  retain(owners: ReadonlySet<string>): void {
    for (const { id, owner } of this.#known.values()) {
      if (owners.has(owner)) continue;
      this.#known.delete(id);
      if (this.#shared !== undefined) void answered(this.#shared.end(id));
    }
  }

  #enter(id: string, owner: string, { client, protocol, asks }: Said, told: number | undefined): HttpSession | undefined {
    this.#sweep();
    const counts = this.#counts();
    const count = counts.get(owner) ?? 0;
    const free = inAll - this.#known.size;
    if (count >= Math.min(perOwner, free)) {
      const [greediest] = [...counts].toSorted(([, one], [, other]) => other - one);
      const oldest = this.#idle(count > 0 ? owner : greediest?.[0]);
      if (oldest !== undefined) void this.end(oldest);
      else return undefined;
    }
    const used = Date.now();
    const session: HttpSession = { id, owner, client, protocol, asks, inFlight: new Map(), questions: createClientQuestions(), used, told };
    this.#known.set(id, session);
    return session;
  }

  /** What stands of a session in the rows that all servers share, or here where there are none. */
  async #standing(id: string): Promise<SessionRow | undefined> {
    const known = this.#known.get(id);
    if (this.#shared === undefined) return known;
    // nobody else can have ended what nobody else was told of
    if (known !== undefined && known.told === undefined) await this.#introduce(known);
    return this.#shared.find(id);
  }

  async #introduce(session: HttpSession): Promise<void> {
    const { id, owner, client, protocol, asks, used } = session;
    await this.#shared?.begin(id, { owner, client, protocol, asks, used }, Date.now() - idleMs - untoldMs);
    session.told = used;
  }

  async #watch(shared: SessionOwners): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    for (const session of this.#known.values()) {
      if (session.inFlight.size === 0 || session.told === undefined) continue;
      // what cannot be known ends nothing that was let in
      const row = await answered(shared.find(session.id));
      if (row === undefined) this.#forget(session.id);
    }
    this.#watching = false;
  }

  #forget(id: string): void {
    const known = this.#known.get(id);
    this.#known.delete(id);
    for (const abort of known?.inFlight.values() ?? []) abort.abort();
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { owner } of this.#known.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    return counts;
  }

  /** The session of an owner that was used least lately, and in which nothing runs. */
  #idle(owner: string | undefined): HttpSession | undefined {
    const own = [...this.#known.values()].filter((session) => session.owner === owner && session.inFlight.size === 0);
    return own.toSorted((one, other) => one.used - other.used)[0];
  }

  #sweep(): void {
    for (const session of this.#known.values()) if (session.inFlight.size === 0 && this.#isOver(session)) this.#known.delete(session.id);
  }

  #isOver({ used }: Pick<SessionRow, "used">): boolean {
    return Date.now() - used > idleMs + (this.#shared === undefined ? 0 : untoldMs);
  }
}

/** What cannot be known is a value here: no request fails in a way that nobody foresaw because the log cannot be asked. */
async function answered<Result>(asking: Promise<Result>): Promise<Result | "unknowable"> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof EvidenceUnavailable)) reportInternal("sessions", error);
    return "unknowable";
  }
}
