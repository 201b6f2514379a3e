import type { TargetRecord } from "@postern/policy";
import type { GatedUrl } from "./url-gate.ts";
import type { Fetched } from "./guarded-fetch.ts";
import type { Room } from "./read-body.ts";

/** What a handler may choose of one request. The rest is the card's. */
export interface FetchChoice {
  readonly method: "GET" | "HEAD";
  readonly signal: AbortSignal;
  /** Bytes of the answer, on the wire and after decoding. */
  readonly mostBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  onProgress?(bytes: number): void;
  /** What the answer waits for before it is read beyond some length. Absent: nothing. */
  readonly room?: Room;
  /** Asked before anything is sent, at the URL itself and at each redirect; what it throws ends the whole. */
  beforeHop?(hop: HopAuthority): Promise<void> | void;
  /** Told where a redirect leads, before anything is sent there or because nothing will be: for the record. */
  onRedirect?(target: TargetRecord): void;
  /** Told that the URL is decided and asked once more, or that it is not given any more. */
  onRetry?(target: TargetRecord): void;
}

/** Authority over the origin of one hop, while the hop itself is waited with. */
export interface HopAuthority {
  readonly url: URL;
  /** Name of the credential that goes along to the origin, for the record. Absent: none does. */
  readonly lane?: string;
  /** Reads another path of the same origin, at the address that was classified for the hop; redirects are the card's, as ever. */
  fetch(path: string, choice: Omit<FetchChoice, "beforeHop">): Promise<Fetched>;
}

/**
 * Authority over one URL, minted after the decision was committed. Guarantees: the request goes to an address that was
 * classified before the decision, and every redirect is decided by the same card as the URL itself was.
 */
export interface FetchAuthority {
  /** As the caller wrote it. */
  readonly requested: string;
  /** As it is sent. */
  readonly url: string;
  readonly host: GatedUrl["host"];
  /** Throws `LateDenial` (`net.redirect`, `net.peer_mismatch`) and the failures of the network. */
  fetch(choice: FetchChoice): Promise<Fetched>;
}
