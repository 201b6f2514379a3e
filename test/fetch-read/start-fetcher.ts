import { startServer, tree, type RunningServer, type StartOptions } from "@postern/testing";
import { writeFileSync } from "node:fs";
import { server as definition } from "../../servers/fetch-read/src/server.ts";
import { fetchBin } from "../subjects.ts";
import type { World } from "../world/world.ts";

/** For the targets of cards whose origins are to be asked for nothing but what a test asks for. */
export const noRobots = definition.options?.some(({ key }) => key === "robots") === true ? ", robots: ignore" : "";

export interface FetcherOptions {
  /** The `targets` of each card, in YAML, by the card's id. */
  readonly cards: Readonly<Record<string, string>>;
  /** The section of that name, in YAML. */
  readonly network?: string;
  /** Where it runs; absent: on this host. */
  readonly world?: World;
  readonly env?: StartOptions["env"];
}

/** `fetch-read` under a policy of its own, on this host or in a world. The policy goes with the server. */
export async function startFetcher({ cards, network, world, env }: FetcherOptions): Promise<RunningServer> {
  const place = tree({ "policy/": true });
  const policy = place.at("policy/postern.yaml");
  const routes = Object.entries(cards).map(([id, targets]) => `  - { id: ${id}, server: fetch-read, principals: [me], tools: "*", targets: ${targets} }\n`);
  const section = network === undefined ? "" : `network: ${network}\n`;
  writeFileSync(policy, `version: 1\nprincipals: [{ id: me, stdio: true }]\n${section}routes:\n${routes.join("")}`, { mode: 0o600 });
  const { bin, args } = world?.within(fetchBin) ?? { bin: fetchBin, args: [] };
  try {
    const server = await startServer({ bin, args: [...args, "--policy", policy], ...(env !== undefined && { env }) });
    const close = async (): Promise<void> => {
      await server.close();
      place.remove();
    };
    return { ...server, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    place.remove();
    throw error;
  }
}
