import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startServer, type RunningServer, type StartOptions } from "@postern/testing";
import { authority } from "../../packages/network/test/tls-material.ts";
import { fetchBin } from "../subjects.ts";

/** A policy of one local principal, with credentials and cards given as YAML, that knows the tests' resolver and authority. */
export interface LanedPolicy {
  readonly resolver: string;
  readonly credentials: readonly string[];
  readonly cards: readonly string[];
}

export function writePolicy(folder: string, { resolver, credentials, cards }: LanedPolicy): string {
  const file = join(folder, "postern.yaml");
  const lines = [
    "version: 1",
    "principals: [{ id: me, stdio: true }]",
    `network: { resolvers: ["${resolver}"], ca: [${JSON.stringify(authority)}] }`,
    "credentials:",
    ...credentials.map((each) => `  ${each}`),
    "routes:",
    ...cards.map((each) => `  - ${each}`),
  ];
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return file;
}

/** `fetch-read` under such a policy, which lies in `folder`. */
export function startLaned(folder: string, policy: LanedPolicy, options: Omit<StartOptions, "bin" | "args"> = {}): Promise<RunningServer> {
  return startServer({ bin: fetchBin, args: ["--policy", writePolicy(folder, policy)], ...options });
}

/** Every byte that the server wrote where it stays or is read: the evidence with its journal, and stderr. */
export function writtenBy(server: RunningServer): string {
  return [readFileSync(server.evidence, "latin1"), readFileSync(`${server.evidence}-wal`, "latin1"), server.process.stderr].join("\n");
}
