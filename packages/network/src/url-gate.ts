import type { DenialCode } from "@postern/policy";
import { type Address, parseAddress } from "./address.ts";
import { nameCategory } from "./host-name.ts";

/** A URL that may be looked at further: its host is a name to resolve, or one address in its one spelling. */
export interface GatedUrl {
  readonly outcome: "passed";
  readonly url: URL;
  /** Lower case, in ASCII, without the root's dot and without brackets. */
  readonly host: string;
  /** Of a literal. */
  readonly address: Address | undefined;
  /** The name leads elsewhere on each network: only who names networks as well can mean one. */
  readonly special: boolean;
  readonly port: number;
  readonly secure: boolean;
}

export interface RefusedUrl {
  readonly outcome: "refused";
  readonly code: Extract<DenialCode, "net.url" | "net.scheme" | "net.name" | "net.address" | "net.ambiguous_ip" | "net.port">;
  readonly rule: string;
  readonly category?: "metadata";
  /** Of an address in another spelling than its own. */
  readonly address?: Address;
  /** As far as it could be read. */
  readonly normalized?: string;
}

/** Characters of a URL. */
export const longestUrl = 8192;
const longestName = 253;

/**
 * Reads a URL as the caller wrote it. Guarantees of what passes that the parser of WHATWG, which connects, and the plain
 * text, which people and lists read, agree on scheme, host and port: nothing that the parser drops, turns or decodes in
 * silence gets by (tabs, line feeds, backslashes, userinfo, percent signs and foreign digits in hosts, short and octal
 * addresses). Nothing is resolved.
 *
 * Sources: WHATWG URL; Orange Tsai, A New Era of SSRF (2017).
 */
export function readUrl(raw: string): GatedUrl | RefusedUrl {
  if (raw.length > longestUrl) return refused("net.url", "too-long");
  // The parser takes some of these out and goes on.
  if (/[\u0000-\u0020\u007f-\u009f\\]/u.test(raw)) return refused("net.url", "character");
  if (!raw.isWellFormed()) return refused("net.url", "surrogate");
  const [, scheme = "", authority = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(raw) ?? [];
  if (scheme === "") return refused(/^[a-z][a-z0-9+.-]*:/i.test(raw) && !/^https?:/i.test(raw) ? "net.scheme" : "net.url", "no-authority");
  if (!/^https?$/i.test(scheme)) return refused("net.scheme", "scheme");
  if (authority === "") return refused("net.url", "no-host");
  if (authority.includes("@") || /[\uff20\ufe6b]/u.test(authority)) return refused("net.url", "userinfo");
  const url = URL.parse(raw);
  if (url === null || url.username !== "" || url.password !== "") return refused("net.url", "unreadable");
  return judge(url, authority);
}

function judge(url: URL, authority: string): GatedUrl | RefusedUrl {
  const normalized = url.href;
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const spelled = authority.replace(/:\d*$/, "");
  const bare = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname.replace(/\.$/, "");
  const address = parseAddress(bare);
  if (address !== undefined) return ofAddress({ url, address, port, secure }, spelled);
  if (bare === "" || bare.length > longestName || !bare.split(".").every(isLabel)) return { ...refused("net.url", "host"), normalized };
  const category = nameCategory(bare);
  if (category === "metadata") return { ...refused("net.name", category), category, normalized };
  const special = category === "special-name";
  // Digits of other scripts, dots of other scripts and percent signs are turned by the parser: a name that says something else than it is.
  if (!special && /[%\u3002\uff0e\uff61]/u.test(spelled)) return { ...refused("net.url", "host-spelling"), normalized };
  if (port === 0) return { ...refused("net.port", "port-0"), normalized };
  return { outcome: "passed", url, host: bare, address: undefined, special, port, secure };
}

/** A literal is judged by what it is in the end; but only its one spelling may be used, so that lists and records mean what is reached. */
function ofAddress(
  given: { readonly url: URL; readonly address: Address; readonly port: number; readonly secure: boolean },
  spelled: string,
): GatedUrl | RefusedUrl {
  const { url, address, port } = given;
  const normalized = url.href;
  if (address.family === 4 && spelled !== address.text) return { ...refused("net.ambiguous_ip", "spelling"), address, normalized };
  if (port === 0) return { ...refused("net.port", "port-0"), normalized };
  return { outcome: "passed", ...given, host: address.text, special: false };
}

/** Letters, digits, hyphens (RFC 1123) and underscores, which names in use have. */
function isLabel(label: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);
}

function refused(code: RefusedUrl["code"], rule: string): RefusedUrl {
  return { outcome: "refused", code, rule };
}
