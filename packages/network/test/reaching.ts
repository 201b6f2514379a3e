import { expect } from "vitest";
import { type Network, parseNetwork } from "../src/address.ts";
import { type AllowedHop, decideHop, type DeniedHop, type NetworkSettings } from "../src/decide-hop.ts";
import { type HostPattern, readHostPattern } from "../src/host-pattern.ts";
import type { Reach } from "../src/reach.ts";
import { authority } from "./origin.ts";

export const patient = new AbortController().signal;

export function network(text: string): Network {
  return parseNetwork(text) ?? expect.unreachable(text);
}

export function hosts(...texts: readonly string[]): readonly HostPattern[] {
  return texts.map((text) => {
    const read = readHostPattern(text);
    return typeof read === "string" ? expect.unreachable(read) : read;
  });
}

/** A card for the public web. */
export function publicReach(...names: readonly string[]): Reach {
  return { hosts: hosts(...names), ports: [80, 443] };
}

/** A card for origins on loopback, by network and port. */
export function internalReach(names: readonly string[], networks: readonly string[], ports: readonly number[]): Reach {
  return { hosts: hosts(...names), ports: [80, 443], internal: { networks: networks.map(network), ports } };
}

export function settingsFor(server: { readonly at: string }): NetworkSettings {
  return { servers: [server.at], timeoutMs: 200, ca: [authority] };
}

export function decide(raw: string, reach: Reach, settings: NetworkSettings): Promise<AllowedHop | DeniedHop> {
  return decideHop(raw, reach, settings, patient);
}
