import { randomUUID } from "node:crypto";

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
  used: number;
}

const perOwner = 512;
const inAll = 4_096;
/** Milliseconds without a request after which a session is over. */
const idleMs = 30 * 60_000;

/**
 * The sessions of one process. A session is its owner's alone: for anybody else it does not exist. Where there are too many,
 * the owner's own that was idle for longest ends, and its client begins another one, as the protocol has it.
 */
export class Sessions {
  readonly #known = new Map<string, HttpSession>();

  begin(owner: string, said: Pick<HttpSession, "client" | "protocol" | "asks">): HttpSession | undefined {
    this.#sweep();
    const own = [...this.#known.values()].filter((session) => session.owner === owner && session.inFlight.size === 0);
    const [oldest] = own.toSorted((one, other) => one.used - other.used);
    const full = this.#count(owner) >= perOwner || this.#known.size >= inAll;
    if (full && oldest === undefined) return undefined;
    if (full && oldest !== undefined) this.#known.delete(oldest.id);
    const session: HttpSession = { id: randomUUID(), owner, ...said, inFlight: new Map(), used: Date.now() };
    this.#known.set(session.id, session);
    return session;
  }

  find(id: string, owner: string): HttpSession | undefined {
    const session = this.#known.get(id);
    if (session === undefined || session.owner !== owner || isOver(session)) return undefined;
    session.used = Date.now();
    return session;
  }

  /** Whether there is such a session of somebody else: for the record, and for nothing that anybody is told. */
  isOfAnother(id: string, owner: string): boolean {
    const session = this.#known.get(id);
    return session !== undefined && session.owner !== owner;
  }

  end(session: HttpSession): void {
    this.#known.delete(session.id);
    for (const abort of session.inFlight.values()) abort.abort();
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
