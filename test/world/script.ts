/** What a resolver tells of one type of records. */
export type Told = readonly string[] | "SERVFAIL" | "REFUSED" | "NXDOMAIN" | "TIMEOUT";

/** One name. What is absent has no records. */
export interface NameScript {
  readonly A?: Told;
  readonly AAAA?: Told;
  /** Aliases on the way, in order; the addresses are the last one's. */
  readonly CNAME?: readonly string[];
  /** The name that the addresses are said to be of. */
  readonly owner?: string;
  /** The first lookup gets the first, and so on; the last one from then on. */
  readonly sequence?: readonly NameScript[];
}

/** What an origin says to a path. */
export interface AnswerScript {
  readonly status?: number;
  /** Pairs, as a name can come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  /** In base64. */
  readonly body?: string;
  /** One byte each 100 ms, without an end: of the body, or of the headers already. */
  readonly drip?: "body" | "headers";
  /** Nothing follows the headers, and the connection stays open. */
  readonly stall?: boolean;
  /** The connection breaks off before a word. */
  readonly drop?: boolean;
}

export interface WorldScript {
  readonly names?: Readonly<Record<string, NameScript>>;
  readonly answers?: Readonly<Record<string, AnswerScript>>;
}

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface Request {
  readonly host: string | undefined;
  readonly path: string;
  readonly secure: boolean;
  readonly header: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** All that happened since the last time that somebody asked. */
export interface Seen {
  /** Connections to where nobody may be led. */
  readonly trapped: readonly Place[];
  /** Connections to the origins, and what came over them; questions for robots.txt are left out of the requests. */
  readonly reached: readonly Place[];
  readonly requests: readonly Request[];
  /** Questions to the resolver, `A example.com`. */
  readonly asked: readonly string[];
  /** What the kernel counted in the namespace: connections that were begun by anybody to any port, and datagrams that were sent. */
  readonly begun: number;
  readonly datagrams: number;
}

export interface WorldSettings {
  /** Ports that are listened on, on all addresses. */
  readonly ports: readonly number[];
  /** Those of them that speak TLS at the origins. */
  readonly securePorts: readonly number[];
  /** Addresses whose listeners are origins; all others are traps. */
  readonly origins: readonly string[];
  /** Addresses that the resolver has, on port 53. */
  readonly resolvers: readonly string[];
}
