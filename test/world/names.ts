import { a, cname, type Records } from "../../packages/network/test/dns-server.ts";
import type { NameScript } from "./script.ts";

/** What the resolver of a world tells. */
export class Names {
  readonly #scripts = new Map<string, NameScript>();
  /** How often each name was asked for its IPv4 addresses: that is what counts lookups. */
  readonly #lookups = new Map<string, number>();

  set(name: string, script: NameScript): void {
    this.#scripts.set(name, script);
    this.#lookups.delete(name);
  }

  tell(name: string, type: string): Records {
    const script = this.#scripts.get(name) ?? spelledOut(name);
    if (script === undefined) return "NXDOMAIN";
    if (type !== "A" && type !== "AAAA") return [];
    if (type === "A") this.#lookups.set(name, (this.#lookups.get(name) ?? 0) + 1);
    const { sequence = [script] } = script;
    const step = sequence[Math.min(this.#lookups.get(name) ?? 1, sequence.length) - 1] ?? script;
    const told = step[type] ?? [];
    if (typeof told === "string") return told === "TIMEOUT" ? "silence" : told;
    const { CNAME = [], owner } = step;
    const aliases = CNAME.map((data, at) => cname(CNAME[at - 1] ?? name, data));
    return [...aliases, ...a(owner ?? CNAME.at(-1) ?? name, ...told)];
  }
}

/** Services of the public web that answer with the address in the name. */
function spelledOut(name: string): NameScript | undefined {
  const [, address] = /(\d+\.\d+\.\d+\.\d+)\.(?:nip|sslip)\.io$/.exec(name) ?? [];
  return address === undefined ? undefined : { A: [address] };
}
