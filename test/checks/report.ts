import { checks } from "./list.ts";

/** Runs every static check and tells what each found. */
export function reportChecks(): { readonly passed: number; readonly failed: number } {
  let passed = 0;
  let failed = 0;
  for (const check of checks()) {
    const findings = check.run();
    if (findings.length === 0) passed += 1;
    else failed += 1;
    process.stdout.write(`${findings.length === 0 ? "ok" : "NOT OK"}  ${check.promise}\n`);
    for (const { path, line, message } of findings) process.stdout.write(`    ${path}:${line}  ${message.replaceAll("\n", "\n    ")}\n`);
  }
  return { passed, failed };
}
