import { parseAddress } from "./address.ts";
import { readUrl } from "./url-gate.ts";

/** What a card says of hosts, ready to be asked. */
export interface HostPattern {
  /** As it is written in records: lower case, in ASCII. */
  readonly text: string;
  readonly form: "any" | "below" | "name" | "address";
  /** Of a name or address itself; of `below` what comes after the `*`, with its dot. */
  readonly value: string;
}

/**
 * Reads a host of a card: a name, an address, `*.name` (every name below it at any depth, and not the name itself) or `*`
 * (any name and any address that classification lets pass). Returns one sentence why where it is none of them.
 */
export function readHostPattern(text: string): HostPattern | string {
  if (text === "*") return { text, form: "any", value: "" };
  const below = text.startsWith("*.");
  const host = below ? text.slice(2) : text;
  if (host.includes("*")) return `the host ${JSON.stringify(text)} has a * elsewhere than as its first label`;
  const address = parseAddress(host);
  if (address !== undefined) {
    if (below) return `the host ${JSON.stringify(text)} asks for names below an address`;
    return { text: address.text, form: "address", value: address.text };
  }
  const bracketed = parseAddress(/^\[(.*)\]$/.exec(host)?.[1] ?? "");
  if (bracketed !== undefined) return `the host ${JSON.stringify(text)} is an address in brackets: write ${bracketed.text}`;
  if (/[:/?#@[\]]/u.test(host)) return `the host ${JSON.stringify(text)} is no host alone: leave out scheme, port and path`;
  // Below a single label (`*.org`) lie names, though it is none.
  const read = readUrl(`https://${host}/`);
  if (read.outcome === "refused" || read.address !== undefined) return `the host ${JSON.stringify(text)} is no name or address that can be reached`;
  return below ? { text: `*.${read.host}`, form: "below", value: `.${read.host}` } : { text: read.host, form: "name", value: read.host };
}

/** `host` as the gate gives it. */
export function matchesHost({ form, value }: HostPattern, host: string): boolean {
  if (form === "any") return true;
  return form === "below" ? host.endsWith(value) && host.length > value.length : host === value;
}
