import type { HostPattern } from "./host-pattern.ts";

/** Finds who gives a host, the narrowest pattern only, at the same cost with ten patterns and ten thousand. */
export class HostTable<Value> {
  readonly #exact = new Map<string, Value[]>();
  /** By what stands after the `*`. */
  readonly #below = new Map<string, Value[]>();
  readonly #any: Value[] = [];

  add({ form, value }: HostPattern, of: Value): void {
    const list = form === "any" ? this.#any : listIn(form === "below" ? this.#below : this.#exact, value);
    if (!list.includes(of)) list.push(of);
  }

  /** Who gives the host by the pattern that says most of it; several where the same pattern is theirs. */
  governing(host: string): readonly Value[] {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    // The dots of an address part no names.
    if (!/^[\d.]+$|:/.test(host)) {
      for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
        const below = this.#below.get(host.slice(dot));
        if (below !== undefined) return below;
      }
    }
    return this.#any;
  }
}

function listIn<Value>(map: Map<string, Value[]>, key: string): Value[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}
