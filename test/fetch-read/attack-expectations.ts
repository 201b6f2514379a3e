import type { AttackCase } from "../../packages/network/test/corpus.ts";

/** Which of the two cards a call goes by: `*`, or the one that names allowed.example and what is below it. */
export type Card = "any" | "named";

/** How a call must end: by one of these codes, or with an answer. */
export interface Expected {
  readonly codes: readonly (string | undefined)[];
  /** Of an address in the record. */
  readonly category?: string;
  /** Questions may be asked: the name is one that the card gives. */
  readonly resolves: boolean;
}

const refusals: Readonly<Record<string, readonly string[]>> = {
  "invalid-url": ["net.url"],
  "invalid-or-name": ["net.url", "net.name"],
  "invalid-url-or-loopback": ["net.url", "net.address"],
  userinfo: ["net.url"],
  scheme: ["net.scheme"],
  port: ["net.port"],
  "ambiguous-ip": ["net.ambiguous_ip"],
  "special-name": ["net.name"],
};

/** What the corpus expects of a URL, in codes. */
export function expectedOf({ input, kind, expected_category: category }: Pick<AttackCase, "input" | "kind" | "expected_category">, card: Card): Expected {
  const codes = refusals[category];
  if (codes !== undefined) return { codes, resolves: false };
  if (kind === "url-name") return { codes: ["net.name"], resolves: false };
  const given = card === "any" || /^https?:\/\/allowed\.example[/:]/i.test(String(input));
  const resolves = given && !/^https?:\/\/[[\d]/.test(String(input).replace(/[a-z.-]+\.(nip|sslip)\.io/, "name"));
  if (category === "name" || category === "host-not-allowed" || category === "public-or-name")
    return { codes: [given ? undefined : "net.host_not_allowed"], resolves };
  if (category.startsWith("dns->")) {
    return given ? { codes: ["net.address"], category: category.slice("dns->".length), resolves: true } : { codes: ["net.host_not_allowed"], resolves: false };
  }
  return { codes: ["net.address"], category, resolves: false };
}
