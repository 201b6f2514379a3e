import type { PolicyHttp } from "@postern/policy";
import type { Bind } from "./bind.ts";

/** Whether a Host header is one that this server is called by. */
export function servedName(host: string, http: PolicyHttp | undefined, bind: Bind): boolean {
  const given = http?.allowedHosts ?? [];
  const local = bind.loopback ? [...localNames, bracketed(bind.host)].map((name) => `${name}:${bind.port}`) : [];
  const asked = host.toLowerCase();
  return [...given, ...local].some((name) => sameHost(name.toLowerCase(), asked));
}

const localNames = ["localhost", "127.0.0.1", "[::1]"];

export function isLocalName(name: string): boolean {
  return localNames.includes(name.toLowerCase());
}

/** A name without a port is meant for every port. */
function sameHost(known: string, asked: string): boolean {
  return known === asked || (!/:\d+$/.test(known) && known === asked.replace(/:\d+$/, ""));
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
