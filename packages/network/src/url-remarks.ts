import type { CardRemark, RemarkedCard } from "@postern/policy";
import { z } from "zod";
import { parseNetwork } from "./address.ts";
import { type HostPattern, readHostPattern } from "./host-pattern.ts";
import { hostRemark } from "./host-remark.ts";
import { internalRemarks } from "./internal-remarks.ts";
import { networkRemarks } from "./network-remarks.ts";
import { networkSettings } from "./network-settings.ts";
import { repeatedAt } from "./repeated-at.ts";
import { urlShape } from "./url-scope.ts";

const targetsSchema = z.object(urlShape);

/** What a card of URLs says that it can never give, or hardly means. */
export function* urlRemarks({ targets, network, credential, approval }: RemarkedCard): Generator<CardRemark> {
  const wrong = networkRemarks(network);
  yield* wrong;
  // Nothing is what it looks like while the network is not known.
  if (wrong.length > 0) return;
  const settings = networkSettings(network);
  const { hosts: written = [], ports, internal } = targetsSchema.parse(targets);
  if (internal !== undefined) yield* internalRemarks(internal, settings);
  yield* repeatedAt(ports ?? [], ["targets", "ports"]);
  const hosts = written.map(readHostPattern).filter((pattern) => typeof pattern !== "string");
  const networks = internal?.networks.map(parseNetwork).filter((read) => read !== undefined);
  yield* repeatedAt(
    hosts.map(({ text }) => text),
    ["targets", "hosts"],
  );
  for (const [index, pattern] of hosts.entries()) {
    const remark = hostRemark(pattern, networks, settings);
    if (remark !== undefined) yield { ...remark, path: ["targets", "hosts", index] };
    if (approval === "required" && (pattern.form === "any" || pattern.form === "below"))
      yield { path: ["targets", "hosts", index], weight: "note", message: askedBefore(pattern) };
  }
  if (hosts.length === 0) {
    // A card without any target is told of as such.
    if (Object.keys(targets).length > 0) yield { path: ["targets", "hosts"], weight: "note", message: "names no hosts, so it allows nothing" };
  } else if (credential !== undefined) {
    const unsent = whyUnsent(hosts, credential.hosts, internal === undefined ? (ports ?? []) : []);
    if (unsent !== undefined) yield { path: ["credential"], weight: "note", message: `is never sent: ${unsent}` };
  }
}

/** A human is shown what was resolved. */
function askedBefore({ text }: HostPattern): string {
  const names = text === "*" ? "any name" : `names below ${text.slice(2)}`;
  return `${names} that a caller chooses ${text === "*" ? "is" : "are"} looked up (DNS) before a human says yes, which tells it to whoever answers for it`;
}

function whyUnsent(hosts: readonly HostPattern[], bound: readonly string[], publicPorts: readonly number[]): string | undefined {
  if (bound.length === 0) return "it is bound to no host";
  const patterns = bound.map(readHostPattern);
  const isReached = patterns.some((pattern) => typeof pattern === "string" || hosts.some((host) => haveCommon(host, pattern)));
  if (!isReached) return "it is bound to none of the card's hosts";
  // https on port 80 is possible, and nobody serves it.
  return publicPorts.length > 0 && publicPorts.every((port) => port === 80) ? "the card gives port 80 alone, and over http no public host gets it" : undefined;
}

/** Whether there is a host that both give. */
function haveCommon(one: HostPattern, other: HostPattern): boolean {
  if (one.form === "any" || other.form === "any" || one.value === other.value) return true;
  return (one.form === "below" && other.value.endsWith(one.value)) || (other.form === "below" && one.value.endsWith(other.value));
}
