import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import { type AddressCategory, addressBlocks, metadataAddresses } from "./address-blocks.ts";

/** One address in its one spelling (RFC 5952 for IPv6), with what it is made of. */
export interface Address {
  readonly family: 4 | 6;
  readonly text: string;
  /** Bytes of IPv4, 16-bit groups of IPv6; the highest first. */
  readonly parts: readonly number[];
}

/** All addresses whose first bits are the same. */
export interface Network {
  readonly family: 4 | 6;
  readonly text: string;
  readonly parts: readonly number[];
  readonly bits: number;
}

export interface Classified {
  readonly category: AddressCategory;
  /** The block, list or form that says so. */
  readonly rule: string;
  /** Of an address that carries an IPv4 address: that one, and what it is. */
  readonly inner?: { readonly address: string; readonly category: AddressCategory };
}

export interface ClassifyOptions {
  /** Networks of the operator's own services: those of pods, and what else looks public and is not. */
  readonly serviceNetworks?: readonly Network[];
  /** Prefixes of 96 bits by which this host's network reaches IPv4 (RFC 6052): what they carry counts. Default: none. */
  readonly nat64Prefixes?: readonly Network[];
  /** The host's own addresses, as `ownAddresses` tells them. */
  readonly own?: ReadonlySet<string>;
}

/**
 * Reads an address in the strict spelling: four decimal numbers without leading zeros, or RFC 4291 without a zone.
 * Undefined for every other text, also for what some programs take for an address (`127.1`, `0x7f.1`).
 */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) {
    const parts = text.split(".").map(Number);
    return { family, text: parts.join("."), parts };
  }
  if (family !== 6 || text.includes("%")) return undefined;
  const { parts } = ipaddr.IPv6.parse(withoutDots(text));
  return { family, text: new ipaddr.IPv6(parts).toRFC5952String(), parts };
}

/** The last 32 bits as groups: the library takes `::127.0.0.1` for `::ffff:127.0.0.1`. */
function withoutDots(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: readonly string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** Reads `address/bits`. Undefined for any other text, and where bits behind the prefix are set. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const base = parseAddress(address);
  const bits = Number(digits);
  if (base === undefined || bits > (base.family === 4 ? 32 : 128)) return undefined;
  const network = { family: base.family, text: `${base.text}/${bits}`, parts: base.parts, bits };
  return base.parts.every((part, at) => part === (part & maskAt(network, at))) ? network : undefined;
}

export function contains(network: Network, { family, parts }: Pick<Address, "family" | "parts">): boolean {
  if (family !== network.family) return false;
  const width = family === 4 ? 8 : 16;
  for (let at = 0, left = network.bits; left > 0; at += 1, left -= width) {
    if (((parts[at] as number) & maskAt(network, at)) !== network.parts[at]) return false;
  }
  return true;
}

function maskAt({ family, bits }: Pick<Network, "family" | "bits">, at: number): number {
  const width = family === 4 ? 8 : 16;
  const inside = Math.min(width, Math.max(0, bits - at * width));
  return ((1 << inside) - 1) << (width - inside);
}

interface Block extends Network {
  readonly category: AddressCategory;
  readonly rule: string;
}

/** By family, the longest prefix first: the first that contains an address counts. */
const table: Readonly<Record<4 | 6, readonly Block[]>> = { 4: blocksOf(4), 6: blocksOf(6) };
const metadata = new Set(Object.keys(metadataAddresses).map((text) => parseAddress(text)?.text));

function blocksOf(family: 4 | 6): readonly Block[] {
  return addressBlocks
    .map(({ block, category, source }): Block => {
      const network = parseNetwork(block);
      if (network === undefined) throw new Error(`${block} is no network`);
      return { ...network, category, rule: `${block} (${source})` };
    })
    .filter((block) => block.family === family)
    .toSorted((one, other) => other.bits - one.bits);
}

/**
 * Says what an address is for. Guarantees that `public` is said of nothing that the IANA registries keep for another
 * purpose, of nothing outside of 2000::/3, and of no form that carries an IPv4 address, whatever that one is: those are
 * `translated`, but for the prefixes that the operator names.
 *
 * Holes: addresses that look public and are somebody's own network are known only where the operator names them.
 */
export function classify(address: Address, options: ClassifyOptions = {}): Classified {
  if (metadata.has(address.text)) return { category: "metadata", rule: `metadata (${metadataAddresses[address.text] ?? "list"})` };
  if (options.own?.has(address.text) === true) return { category: "self", rule: "an address of this host" };
  const block = table[address.family].find((each) => contains(each, address));
  // What carries an IPv4 address is what it carries: a list of networks must not make it anything else.
  const carries = block?.category === "translated" || (address.family === 6 && isIsatap(address));
  for (const network of carries ? [] : (options.serviceNetworks ?? [])) {
    if (contains(network, address)) return { category: "service-network", rule: network.text };
  }
  const through = options.nat64Prefixes?.find((network) => contains(network, address));
  if (through !== undefined) {
    const inner = fromGroups(address.parts[6], address.parts[7]);
    const found = classify(inner, { ...options, nat64Prefixes: [] });
    return { ...found, inner: { address: inner.text, category: found.category } };
  }
  const { category, rule } = block ?? { category: "reserved", rule: "in no block" };
  if (address.family === 4) return { category, rule };
  const isatap = category === "public" && isIsatap(address);
  if (category !== "translated" && !isatap) return { category, rule };
  const inner = carried(address);
  return { category: "translated", rule: isatap ? "RFC 5214, ISATAP" : rule, inner: { address: inner.text, category: classify(inner, options).category } };
}

/** An interface identifier of `[0200:]5efe:a.b.c.d` (RFC 5214 §6.1), below whatever prefix. */
function isIsatap({ parts }: Address): boolean {
  return parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
}

/** The IPv4 address in a form that carries one: of 6to4 the relay, of Teredo the client, of all others the last 32 bits. */
function carried({ parts }: Address): Address {
  if (parts[0] === 0x2002) return fromGroups(parts[1], parts[2]);
  if (parts[0] === 0x2001 && parts[1] === 0) return fromGroups((parts[6] ?? 0) ^ 0xffff, (parts[7] ?? 0) ^ 0xffff);
  return fromGroups(parts[6], parts[7]);
}

function fromGroups(high = 0, low = 0): Address {
  const parts = [high >> 8, high & 0xff, low >> 8, low & 0xff];
  return { family: 4, text: parts.join("."), parts };
}

/** All addresses of this host but loopback's, also the public ones: a connection to one of them reaches what runs here. */
export function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = all.flatMap(({ address }) => parseAddress(address.replace(/%.*$/, "")) ?? []);
  return new Set(own.filter((address) => classify(address).category !== "loopback").map(({ text }) => text));
}
