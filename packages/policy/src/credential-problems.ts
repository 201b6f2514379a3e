import { isAbsolute } from "node:path";
import type { WrittenPolicy } from "./policy-schema.ts";
import { isReservedHeader } from "./reserved-header.ts";
import type { Found } from "./schema-problems.ts";
import type { Path } from "./yaml-source.ts";

/** What no schema sees of a credential: where it is kept, the header that carries it, and hosts that look like names and are none. */
export function* credentialProblems({ credentials }: WrittenPolicy): Generator<Found> {
  for (const [name, { source, present, hosts }] of Object.entries(credentials)) {
    const path = ["credentials", name];
    const sources = Object.values(source).filter((each) => each !== undefined);
    if (sources.length !== 1) yield value([...path, "source"], "name exactly one of env, file and exec");
    const command = source.exec?.[0];
    // A bare name would be looked up in whatever PATH the server was started with.
    if (command !== undefined && !isAbsolute(command)) yield value([...path, "source", "exec", 0], "name the command by its absolute path");
    if (isReservedHeader(present.header)) {
      yield value([...path, "present", "header"], "no credential may set this header: it would change where a request goes or what it means");
    }
    for (const [index, host] of hosts.entries()) {
      if (hosts.findIndex((each) => each.toLowerCase() === host.toLowerCase()) < index)
        yield value([...path, "hosts", index], "stands here for the second time");
      if (looksNumeric(host) && !isIpv4(host))
        yield value([...path, "hosts", index], "an IPv4 address is written as four decimal numbers, and has no names below it");
    }
  }
}

/** URL parsers take a host whose last label is a number for an IPv4 address, however the others look (WHATWG URL §3.5). */
function looksNumeric(host: string): boolean {
  return /(^|\.)(\d+|0x[0-9a-f]*)$/i.test(host);
}

function isIpv4(host: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(host);
}

function value(path: Path, message: string): Found {
  return { path, at: "value", message };
}
