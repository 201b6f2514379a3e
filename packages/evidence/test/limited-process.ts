import { EvidenceUnavailable, openEvidence } from "../src/index.ts";
import { allowed } from "./samples.ts";

/** A server process whose files may not grow beyond a limit: prints `d <id>` for what was recorded, then `refused` five times. Argument: the database. */
const log = await openEvidence({ file: process.argv[2] ?? "", server: "limited" });
let refused = 0;
while (refused < 5) {
  try {
    const decided = await log.decide(allowed({ client: "c".repeat(4000) }));
    if (decided.decision === "recorded") process.stdout.write(`d ${decided.committed.call}\n`);
  } catch (error) {
    refused += 1;
    process.stdout.write(error instanceof EvidenceUnavailable ? "refused\n" : `${String(error)}\n`);
  }
}
await log.close();
