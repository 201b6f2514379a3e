import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Exchanges two names as fast as it can until it is stopped. */
export interface Attacker extends AsyncDisposable {
  readonly kind: "renameat2" | "three renames";
}

const source = fileURLToPath(new URL("exchange.c", import.meta.url));

/**
 * In C by `renameat2(RENAME_EXCHANGE)`, so that there is no moment without either name. Without a compiler, three
 * renames in a Node of its own: slower, and with moments in which a name is missing, but still an attacker.
 */
export async function startAttacker(one: string, other: string): Promise<Attacker> {
  const folder = mkdtempSync(join(tmpdir(), "postern-attacker-"));
  const compiled = compile(folder);
  const child =
    compiled === undefined ? spawn(process.execPath, [script(folder), one, other], { stdio: "ignore" }) : spawn(compiled, [one, other], { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    kind: compiled === undefined ? "three renames" : "renameat2",
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) throw new Error("the attacker ended by itself: nothing was attacked");
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Once for all attackers of a run of tests, where that has a place for it. */
function compile(folder: string): string | undefined {
  const target = join(process.env["POSTERN_TEST_CACHE"] ?? folder, "exchange");
  if (existsSync(target)) return target;
  try {
    const own = join(folder, "exchange");
    execFileSync("gcc", ["-O2", "-o", own, source], { stdio: "ignore" });
    // Moved there whole: another file of tests may look for it in this moment.
    renameSync(own, target);
    return target;
  } catch {
    return undefined;
  }
}

function script(folder: string): string {
  const path = join(folder, "exchange.mjs");
  writeFileSync(
    path,
    `import { renameSync } from "node:fs";
const [one, other] = process.argv.slice(2);
for (;;) {
  renameSync(one, one + ".away");
  renameSync(other, one);
  renameSync(one + ".away", other);
}
`,
  );
  return path;
}
