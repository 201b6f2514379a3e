import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One cache for the code that Node compiles, kept for one run: each server that a test starts has a home of its own, and
 * would compile everything again, which is half of what its start costs. Empty at the beginning, so that no run depends on an earlier one.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "postern-compiled-"));
  process.env["POSTERN_TEST_CACHE"] = folder;
  process.env["NODE_COMPILE_CACHE"] = join(folder, "tests");
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // A run that is interrupted does not come to its end.
  process.once("exit", remove);
  return remove;
}
