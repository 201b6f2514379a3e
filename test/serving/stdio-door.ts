import { startServer, type RawMessage, type RunningServer } from "@postern/testing";
import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { keyOf } from "./callers.ts";
import { Ledger } from "./ledger.ts";
import { type Era, written } from "./parity-table.ts";

/** Who sits at a stdio process, by its policy. */
export interface Sitter {
  readonly name: string;
  readonly knows: "somebody" | "the right one";
  readonly principal: string;
  readonly tenant: string;
}

export const sitters: readonly Sitter[] = [
  { name: "stdio", knows: "the right one", principal: "here", tenant: "acme" },
  { name: "stdio without card", knows: "somebody", principal: "here", tenant: "acme" },
  { name: "stdio of nobody", knows: "somebody", principal: "local", tenant: "default" },
];

/** One process over stdio in one era, at which somebody else sits after each reload of its policy. */
export class StdioDoor implements AsyncDisposable {
  readonly server: RunningServer;
  readonly ledger: Ledger;
  readonly #write: (sitter: Sitter) => void;

  static async open(at: { readonly bin: string; readonly folder: string; readonly era: Era; readonly cards: Cards; readonly dns: string }): Promise<StdioDoor> {
    const policy = join(at.folder, `stdio-${at.era}.yaml`);
    const write = ({ name, principal, knows }: Sitter): void => {
      const local = name === "stdio of nobody" ? [] : [`  - { id: ${principal}, tenant: acme, stdio: true }`];
      const others = ["elsewhere", "wide"].map((id) => `  - { id: ${id}, tenant: acme, apiKey: { sha256: ${hash("sha256", keyOf(id))} } }`);
      const cards = at.cards(knows === "the right one" ? principal : "elsewhere", "wide").map((card) => `  - ${card}`);
      writeFileSync(policy, ["version: 1", `network: { resolvers: ["${at.dns}"] }`, "principals:", ...local, ...others, "routes:", ...cards, ""].join("\n"), {
        mode: 0o600,
      });
    };
    write(sitters[0] ?? expect.unreachable("nobody"));
    const server = await startServer({ bin: at.bin, args: ["--policy", policy], era: "raw" });
    const door = new StdioDoor(server, write);
    if (at.era === "2025") await server.raw.initialize();
    await door.ask(written(at.era, { method: "tools/list" }, 0).body);
    return door;
  }

  private constructor(server: RunningServer, write: (sitter: Sitter) => void) {
    this.server = server;
    this.ledger = new Ledger(server);
    this.#write = write;
  }

  async seat(sitter: Sitter): Promise<void> {
    const said = (): readonly string[] => this.server.process.stderr.match(/the policy was (?:not )?reloaded.*/g) ?? [];
    const before = said().length;
    this.#write(sitter);
    this.server.process.kill("SIGHUP");
    while (said().length === before && this.server.process.running) await new Promise((resolve) => setTimeout(resolve, 5));
    if (said().length === before || said().at(-1)?.includes("not reloaded") === true) throw new Error(this.server.process.stderr);
  }

  ask({ id, method, params }: { readonly id: number; readonly method: string; readonly params?: unknown }): Promise<RawMessage> {
    return this.server.raw.request(method, params, { id });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.close();
  }
}

/** The cards of a policy: one for a principal, and a wide one for another. */
export type Cards = (holder: string, wide: string) => readonly string[];
