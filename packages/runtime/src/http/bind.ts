/** Where a server listens. */
export interface Bind {
  readonly host: string;
  readonly port: number;
  /** Nobody on another machine can connect. */
  readonly loopback: boolean;
}

/** Reads `HOST:PORT`; an address of IPv6 stands in brackets. Undefined: it is none. Port 0 takes any that is free. */
export function readBind(text: string): Bind | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) return undefined;
  return { host, port, loopback: host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host) || host.toLowerCase() === "localhost" };
}
