import type { CardLane, ScopeContext } from "@postern/policy";
import { z } from "zod";
import { parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";
import { readHostPattern } from "./host-pattern.ts";
import { networkSettings } from "./network-settings.ts";
import type { Reach } from "./reach.ts";

const usualPorts = [80, 443];
const none = "is empty, so the card would give nothing; name at least one";
const port = z.int().min(1).max(65_535);

/** How a card writes what it gives of the network. */
export const urlShape = {
  hosts: z
    .array(
      z.string().superRefine((text, context) => {
        const read = readHostPattern(text);
        if (typeof read === "string") context.addIssue({ code: "custom", message: read });
      }),
    )
    .optional()
    .describe("Hosts that the card gives: a name, an address, *.name (all below it), or * (any public one). None gives nothing."),
  ports: z.array(port).min(1, none).optional().describe("Ports of public hosts. Default: 80 and 443."),
  retries: z.int().min(0).max(2).optional().describe("How often a read is sent again after a failed connection or status 429, 502, 503 or 504. Default: 0."),
  internal: z
    .strictObject({
      networks: z
        .array(
          z.string().superRefine((text, context) => {
            if (parseNetwork(text) === undefined) context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no network (as 10.20.0.0/16)` });
          }),
        )
        .min(1, none)
        .describe("Networks that every address of the hosts must lie in."),
      ports: z.array(port).min(1, none).describe("Ports there."),
    })
    .optional()
    .describe("Makes the card one for internal hosts: these networks and ports, and nothing public. Metadata services are never given."),
};

/** What one card gives of the network, ready to be asked. */
export interface UrlScope extends Reach {
  readonly route: string;
  readonly settings: NetworkSettings;
  /** How often a request that failed in passing is sent again. */
  readonly retries: number;
  readonly lane: CardLane | undefined;
  /** A human said yes to the URL that was shown: a redirect to another origin is not followed. */
  readonly shownOriginOnly: boolean;
}

const targetsSchema = z.object(urlShape);

/** Throws with one sentence where the card contradicts itself. */
export function openUrlScope(targets: unknown, { route, network, lane, approval }: Pick<ScopeContext, "route" | "network" | "lane" | "approval">): UrlScope {
  const { hosts = [], ports, retries = 0, internal } = targetsSchema.parse(targets);
  if (internal !== undefined && ports !== undefined) throw new Error("an internal card has its ports under internal, and gives no others");
  if (internal !== undefined && hosts.includes("*")) throw new Error("an internal card names its hosts: * would give whole networks");
  return {
    route,
    settings: networkSettings(network),
    retries,
    lane,
    shownOriginOnly: approval === "required",
    hosts: hosts.map(readHostPattern).filter((read) => typeof read !== "string"),
    ports: ports ?? usualPorts,
    ...(internal !== undefined && { internal: { networks: internal.networks.map(parseNetwork).filter((read) => read !== undefined), ports: internal.ports } }),
  };
}
