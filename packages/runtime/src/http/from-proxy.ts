import { BlockList, isIP } from "node:net";
import type { PolicyHttp } from "@postern/policy";
import type { Bind } from "./bind.ts";

/**
 * Whether a connection comes from where keys and tokens may come in the clear: this machine, or a proxy that the policy
 * names. What a proxy says of who is behind it is never asked for: who calls is told by the proof alone.
 */
export function comesSafely(address: string | undefined, http: PolicyHttp | undefined, bind: Bind): boolean {
  if (bind.loopback || http?.tls !== undefined) return true;
  const family = address === undefined ? 0 : isIP(address);
  if (address === undefined || family === 0) return false;
  const known = new BlockList();
  for (const proxy of http?.proxies ?? []) {
    const [network = "", prefix] = proxy.split("/");
    const type = isIP(network) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) known.addAddress(network, type);
    else known.addSubnet(network, Number(prefix), type);
  }
  return known.check(address, family === 6 ? "ipv6" : "ipv4");
}
