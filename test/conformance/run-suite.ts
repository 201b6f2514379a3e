import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Revision = "2025-11-25" | "2026-07-28";
export const revisions: readonly Revision[] = ["2025-11-25", "2026-07-28"];

/** One thing that a scenario looked at. */
export interface SuiteCheck {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly errorMessage?: string;
}

/** Milliseconds; it takes three seconds where nothing else runs. */
const longestMs = 50_000;
const suite = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url));

/** Runs all that a revision requires of servers, as the suite has it, and gives back what each scenario found. */
export async function runSuite(url: string, revision: Revision): Promise<ReadonlyMap<string, readonly SuiteCheck[]>> {
  const folder = mkdtempSync(join(tmpdir(), "postern-conformance-"));
  try {
    const args = [suite, "server", "--url", url, "--requirements", revision, "--output-dir", folder];
    const child = spawn(process.execPath, args, { env: { PATH: process.env["PATH"] ?? "" }, stdio: "ignore", timeout: longestMs });
    await once(child, "exit");
    return new Map(readdirSync(folder).map((name) => [scenarioOf(name), readChecks(join(folder, name, "checks.json"))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Folders are called `server-<scenario>-<time>`. */
function scenarioOf(folder: string): string {
  const [, scenario] = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder) ?? [];
  if (scenario === undefined) throw new Error(`not a folder of results: ${folder}`);
  return scenario;
}

function readChecks(file: string): readonly SuiteCheck[] {
  return JSON.parse(readFileSync(file, "utf8")) as readonly SuiteCheck[];
}
