import type { CardRemark, RemarkedCard } from "@postern/policy";
import { z } from "zod";
import { parseNetwork } from "../address.ts";
import { matchesHost, readHostPattern } from "../host-pattern.ts";
import { hostRemark } from "../host-remark.ts";
import { internalRemarks } from "../internal-remarks.ts";
import { networkRemarks } from "../network-remarks.ts";
import { networkSettings } from "../network-settings.ts";
import { urlShape } from "../url-scope.ts";
import { callsIn } from "./call-shape.ts";
import { readUrlTemplate } from "./url-template.ts";

const internalSchema = z.object({ internal: urlShape.internal });

/** What a card of declared calls says that it can never send, or hardly means. */
export function* callRemarks({ targets, network, credential }: RemarkedCard): Generator<CardRemark> {
  const wrong = networkRemarks(network);
  yield* wrong;
  if (wrong.length > 0) return;
  const settings = networkSettings(network);
  const { internal } = internalSchema.parse(targets);
  if (internal !== undefined) yield* internalRemarks(internal, settings);
  const networks = internal?.networks.map(parseNetwork).filter((read) => read !== undefined);
  const calls = callsIn(targets);
  // A card without any target is told of as such.
  if (calls.size === 0 && Object.keys(targets).length > 0)
    yield { path: ["targets", "calls"], weight: "note", message: "declares no calls, so it allows nothing" };
  for (const [name, { url }] of calls) {
    const path = ["targets", "calls", name, "url"];
    const template = readUrlTemplate(url);
    const host = typeof template === "string" ? undefined : template.sample.host;
    const pattern = host === undefined ? "" : readHostPattern(host);
    if (host === undefined || typeof pattern === "string") continue;
    const remark = hostRemark(pattern, networks, settings);
    if (remark !== undefined) yield { ...remark, path };
    const isBound = credential?.hosts.map(readHostPattern).some((bound) => typeof bound === "string" || matchesHost(bound, host)) ?? true;
    if (!isBound) yield { path, weight: "refuse", message: `the credential ${credential?.name ?? ""} is not bound to ${host}` };
  }
}
