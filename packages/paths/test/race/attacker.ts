import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Why there can be no attacker here, for the name of the skipped test; undefined: there can. */
export const noAttacker: string | undefined =
  process.platform !== "linux" ? "needs renameat2 of Linux" : spawnSync("cc", ["--version"]).error !== undefined ? "needs a C compiler" : undefined;

export interface Attacker {
  /** Swaps `one` and `other` until `work` is done; gives the number of swaps, so that a test can tell that it attacked. */
  during(one: string, other: string, work: () => void | Promise<void>): Promise<number>;
  [Symbol.dispose](): void;
}

export function compileAttacker(): Attacker {
  const place = mkdtempSync(join(tmpdir(), "postern-attacker-"));
  const binary = join(place, "exchange");
  execFileSync("cc", ["-O2", "-o", binary, fileURLToPath(new URL("./exchange.c", import.meta.url))]);
  return {
    async during(one, other, work) {
      const child = spawn(binary, [one, other], { stdio: ["pipe", "pipe", "inherit"] });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
      const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
      try {
        await work();
      } finally {
        child.stdin.end("stop");
        await ended;
      }
      return Number(said);
    },
    [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true }),
  };
}
