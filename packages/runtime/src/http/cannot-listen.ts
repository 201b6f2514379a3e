import type { Bind } from "./bind.ts";

/** Why nothing can listen there, and what to do, in one line for the operator. `code` is the system's. */
export function cannotListen({ host, port }: Bind, code: string): string {
  const known = reasons[code];
  return `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port} (${code})${known === undefined ? "" : `: ${known}`}`;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there already; end it, or take another port",
  EACCES: "this user may not take this port; take one from 1024 on, or put a proxy before it",
  EADDRNOTAVAIL: "no network interface of this machine has this address; take one that has, or 0.0.0.0 for all",
  ENOTFOUND: "the name leads to no address; write the address",
  EAI_AGAIN: "the name cannot be resolved now; write the address",
  EAFNOSUPPORT: "this machine has no addresses of this family",
};
