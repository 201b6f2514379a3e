import type { CardRemark, RemarkedCard } from "./card-remark.ts";
import type { Policy } from "./policy.ts";
import { targetsSchema, type ServerShape } from "./server-shape.ts";

/** What the kinds of targets have to say of the cards, once each. `path` is from the top of the file; `route` is the card's place in it. */
export function* policyRemarks(
  { routes, credentials, network }: Pick<Policy, "routes" | "credentials" | "network">,
  servers: readonly ServerShape[],
): Generator<CardRemark & { readonly route: number }> {
  const lanes = new Map(credentials.map((credential) => [credential.name, credential]));
  const shapes = new Map(servers.filter(({ kinds }) => kinds.some((kind) => kind.remarks !== undefined)).map((server) => [server.name, server]));
  const schemas = new Map([...shapes].map(([name, server]) => [name, targetsSchema(server)]));
  const told = new Set<string>();
  for (const [route, card] of routes.entries()) {
    // What a schema refuses is told by the schema; a kind reads only what fits.
    if (schemas.get(card.server)?.safeParse(card.targets).success !== true) continue;
    const credential = card.credential === undefined ? undefined : lanes.get(card.credential);
    const approval = card.approval === "required" && { approval: card.approval };
    const remarked: RemarkedCard = {
      targets: card.targets,
      ...approval,
      ...(network !== undefined && { network }),
      ...(credential !== undefined && { credential }),
    };
    for (const kind of shapes.get(card.server)?.kinds ?? []) {
      for (const remark of kind.remarks?.(remarked) ?? []) {
        const path = remark.path[0] === "network" ? remark.path : ["routes", route, ...remark.path];
        // Kinds of one family read the same part of a card, and all cards the same network.
        const key = JSON.stringify([path, remark.message]);
        if (!told.has(key)) yield { ...remark, path, route };
        told.add(key);
      }
    }
  }
}
