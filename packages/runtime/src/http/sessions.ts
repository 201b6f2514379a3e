import type { SessionOwners } from "@postern/evidence";
import { randomUUID } from "node:crypto";
import { type ClientQuestions, createClientQuestions } from "../client-questions.ts";

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
  /** When the other servers were told last that it is used. */
  told: number;
}

type Said = Pick<HttpSession, "client" | "protocol" | "asks">;

const perOwner = 512;
const inAll = 4_096;
/** Milliseconds without a request after which a session is over. */
const idleMs = 30 * 60_000;

/**
 * The sessions of callers. A session is its owner's alone: for anybody else it does not exist. Where there are too many,
 * the owner's own that was idle for longest ends, and its client begins another one, as the protocol has it. With `shared`, a session
 * outlasts the process that began it, and is known to all servers that share the log; without, or while that cannot be
 * asked, each process knows its own. What runs in it is each process's own in any case.
 *
 * Hole: a session that is ended on one server lives on where another one has used it, until it was idle there for long enough.
 */
export class Sessions {
  readonly #known = new Map<string, HttpSession>();
  readonly #shared: SessionOwners | undefined;

  constructor(shared?: SessionOwners) {
    this.#shared = shared;
  }

  async begin(owner: string, said: Said): Promise<HttpSession | undefined> {
    const session = this.#enter(randomUUID(), owner, said);
    if (session !== undefined) await this.#tell(session);
    return session;
  }

  /** The caller's session of this id; `another`: there is one, of somebody else, which is for the record and for nothing that anybody is told. */
  async find(id: string, owner: string): Promise<HttpSession | "another" | undefined> {
    const session = this.#known.get(id) ?? (await this.#adopted(id, owner));
    if (session === undefined || session === "another") return session;
    if (session.owner !== owner) return "another";
    if (isOver(session)) return undefined;
    session.used = Date.now();
    if (session.used - session.told > idleMs / 4) void this.#tell(session);
    return session;
  }

  async end(session: HttpSession): Promise<void> {
    this.#known.delete(session.id);
    for (const abort of session.inFlight.values()) abort.abort();
    await this.#shared?.end(session.id).catch(() => undefined);
  }

  #enter(id: string, owner: string, { client, protocol, asks }: Said): HttpSession | undefined {
    this.#sweep();
    const own = [...this.#known.values()].filter((session) => session.owner === owner && session.inFlight.size === 0);
    const [oldest] = own.toSorted((one, other) => one.used - other.used);
    const full = this.#count(owner) >= perOwner || this.#known.size >= inAll;
    if (full && oldest === undefined) return undefined;
    if (full && oldest !== undefined) void this.end(oldest);
    const now = Date.now();
    const session: HttpSession = { id, owner, client, protocol, asks, inFlight: new Map(), questions: createClientQuestions(), used: now, told: now };
    this.#known.set(id, session);
    return session;
  }

  /** A session that another process began. */
  async #adopted(id: string, owner: string): Promise<HttpSession | "another" | undefined> {
    const row = await this.#shared?.find(id).catch(() => undefined);
    if (row === undefined || Date.now() - row.used > idleMs) return undefined;
    if (row.owner !== owner) return "another";
    // two requests may have come for it at once
    return this.#known.get(id) ?? this.#enter(id, owner, row);
  }

  /** What cannot be told now is known here all the same. */
  async #tell(session: HttpSession): Promise<void> {
    session.told = Date.now();
    const { id, owner, client, protocol, asks, used } = session;
    await this.#shared?.keep(id, { owner, client, protocol, asks, used }, Date.now() - idleMs).catch(() => undefined);
  }

  #count(owner: string): number {
    let count = 0;
    for (const session of this.#known.values()) if (session.owner === owner) count += 1;
    return count;
  }

  #sweep(): void {
    for (const session of this.#known.values()) if (isOver(session)) this.#known.delete(session.id);
  }
}

function isOver({ used, inFlight }: HttpSession): boolean {
  return inFlight.size === 0 && Date.now() - used > idleMs;
}
