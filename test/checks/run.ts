import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportChecks } from "./report.ts";
import { repository } from "./source.ts";
import { totals, type Totals } from "./totals.ts";

/** `pnpm test`: the static checks, then every test; one line of numbers at the end, and the exit code that fits them. */
const statics = reportChecks();
const tests = runTests(process.argv.slice(2));
const passed = statics.passed + tests.passed;
const failed = statics.failed + tests.failed;
process.stdout.write(`\n${passed} passed, ${failed} failed${tests.skipped === 0 ? "" : `, ${tests.skipped} skipped`}\n`);
process.exitCode = failed === 0 ? 0 : 1;

function runTests(filters: readonly string[]): Totals {
  const folder = mkdtempSync(join(tmpdir(), "postern-results-"));
  const results = join(folder, "results.json");
  try {
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const args = ["run", "--config", "test/vitest.config.ts", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...filters];
    const { status } = spawnSync(process.execPath, [vitest, ...args], { cwd: repository, stdio: ["ignore", "inherit", "inherit"] });
    return totals(existsSync(results) ? readFileSync(results, "utf8") : undefined, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
