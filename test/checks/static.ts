import { reportChecks } from "./report.ts";

const { passed, failed } = reportChecks();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
