import { forbidden, hostOf } from "../world/forbidden.ts";
import type { AnswerScript, NameScript, WorldScript } from "../world/script.ts";
import { publicOrigin } from "../world/world.ts";

/** One URL that a caller could ask for, and what the world says meanwhile. Each leads to where nobody may be led. */
export interface PeerCase {
  readonly group: string;
  readonly url: string;
  readonly script: WorldScript;
}

/** Without those that the kernel lets nobody connect to, and those that only an operator could know of. */
const reachable = forbidden.filter(([category, address]) => !["multicast", "broadcast", "service-network", "self"].includes(category) && address !== "fe80::1");
const targets = ["127.0.0.1", "169.254.169.254", "10.0.0.1"];

export const groups = ["plain address", "odd spelling", "IPv4 in IPv6", "local name", "name of an address", "changing name", "redirect"] as const;

export function peerCases(): readonly PeerCase[] {
  return [
    ...reachable.map(([, address]) => plain("plain address", `http://${hostOf(address)}/`)),
    ...targets.flatMap(spellings).map((host) => plain("odd spelling", `http://${host}/`)),
    ...targets.flatMap(carriers).map((host) => plain("IPv4 in IPv6", `http://[${host}]/`)),
    ...["localhost", "localhost.", "LOCALHOST", "a.localhost", "ip6-localhost"].map((host) => plain("local name", `http://${host}/`)),
    ...["metadata.google.internal", "metadata"].map((host) => named("local name", host, { A: ["169.254.169.254"] })),
    ...reachable.map(([, address], at) => named("name of an address", `to-${at}.example`, { [address.includes(":") ? "AAAA" : "A"]: [address] })),
    ...targets.flatMap((address, at) => [
      named("name of an address", `mixed-${at}.example`, { A: [address, publicOrigin] }),
      named("changing name", `second-${at}.example`, { sequence: [{ A: [publicOrigin] }, { A: [address] }] }),
      named("changing name", `third-${at}.example`, { sequence: [{ A: [publicOrigin] }, { A: [publicOrigin] }, { A: [address] }] }),
    ]),
    ...reachable.map(([, address], at) => moved(`r${at}.example`, `http://${hostOf(address)}/`)),
    ...targets.flatMap((address, at) => [
      moved(`s${at}.example`, `//${address}/`),
      moved(`t${at}.example`, `http://u${at}.example/`, { [`u${at}.example`]: { A: [address] } }),
      ...spellings(address).map((host, each) => moved(`v${at}-${each}.example`, `http://${host}/`)),
    ]),
  ];
}

function plain(group: string, url: string): PeerCase {
  return { group, url, script: {} };
}

function named(group: string, host: string, told: NameScript): PeerCase {
  return { group, url: `http://${host}/`, script: { names: { [host]: told }, answers: { "/": {} } } };
}

/** A public host that redirects. */
function moved(host: string, location: string, names: Readonly<Record<string, NameScript>> = {}): PeerCase {
  const away: AnswerScript = { status: 302, headers: [["location", location]], body: "" };
  return { group: "redirect", url: `http://${host}/`, script: { names: { [host]: { A: [publicOrigin] }, ...names }, answers: { "/": away } } };
}

/** The same address in spellings that some programs read: as one number, in three bases, shortened, escaped, in other digits and dots. */
function spellings(address: string): readonly string[] {
  const bytes = address.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const escaped = (text: string): string => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
  return [
    String(whole),
    `0x${whole.toString(16)}`,
    `0${whole.toString(8)}`,
    bytes.map((byte) => `0x${byte.toString(16)}`).join("."),
    bytes.map((byte) => `0${byte.toString(8)}`).join("."),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `0x${a.toString(16)}.${b}.0${c.toString(8)}.${d}`,
    `${address}.`,
    escaped(address),
    address.replaceAll(".", "\u3002"),
    [...address].map((letter) => (letter === "." ? letter : String.fromCodePoint(0xff10 + Number(letter)))).join(""),
  ];
}

/** IPv6 addresses that carry it. */
function carriers(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  const high = (a * 256 + b).toString(16);
  const low = (c * 256 + d).toString(16);
  return [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `::${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::1`,
    `2001:db8::5efe:${high}:${low}`,
  ];
}
