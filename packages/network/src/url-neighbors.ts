import type { DenialCode, Neighbor } from "@postern/policy";
import { matchesHost } from "./host-pattern.ts";
import type { UrlScope } from "./url-scope.ts";

/** The calls just outside of a card that everybody tries first. Only those that the card does not give. */
export function urlNeighbors({ hosts, ports, internal }: UrlScope): readonly Neighbor<string>[] {
  return [...rows()];

  function* rows(): Generator<Neighbor<string>> {
    if (hosts.length === 0) return;
    yield neighbor("metadata service", "http://169.254.169.254/latest/meta-data/", ["net.address"]);
    yield neighbor("metadata service by name", "http://metadata.google.internal/computeMetadata/v1/", ["net.name"]);
    yield neighbor("metadata service as a number", "http://2852039166/", ["net.address"]);
    yield neighbor("another scheme", "file:///etc/passwd", ["net.scheme"]);
    if (internal === undefined) {
      yield neighbor("loopback", "http://127.0.0.1/", ["net.address"]);
      yield neighbor("loopback of IPv6", "http://[::1]/", ["net.address"]);
      yield neighbor("loopback in another form", "http://[::ffff:127.0.0.1]/", ["net.address"]);
      yield neighbor("private network", "http://10.0.0.1/", ["net.address"]);
      yield neighbor("name of one label", "http://intranet/", ["net.name"]);
    }
    const named = hosts.find(({ form }) => form === "name");
    if (named === undefined) return;
    const given = (host: string): boolean => hosts.some((pattern) => matchesHost(pattern, host));
    for (const [name, host] of [
      ["host with the name at its end", `neighbor-${named.value}`],
      ["host with the name at its start", `${named.value}.neighbor.example`],
    ] as const) {
      if (!given(host)) yield neighbor(name, `https://${host}/`, ["net.host_not_allowed", "net.name", "net.url"]);
    }
    yield neighbor("user name before another host", `https://${named.value}@neighbor.example/`, ["net.url"]);
    const other = [1, 2].find((port) => !(internal?.ports ?? ports).includes(port));
    if (other !== undefined) yield neighbor("another port", `http://${named.value}:${other}/`, ["net.port"]);
  }
}

function neighbor(name: string, raw: string, codes: readonly DenialCode[]): Neighbor<string> {
  return { name, raw, operation: "url", codes };
}
