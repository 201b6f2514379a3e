import { openEvidence } from "../src/index.ts";
import { allowed, calls, outcome } from "./samples.ts";

/**
 * A server process that does nothing but write calls, several at a time, and prints what was acknowledged:
 * `d <id>` for a decision, `o <id>` for its outcome, `x` for one that the budget refused, `u` for `EvidenceUnavailable`.
 *
 * Arguments: the database; how many calls (0: until it is killed); how many at a time; the limit of the shared budget (0: none); effect.
 */
const [file = "", count = "0", atOnce = "4", limit = "0", effect = "read"] = process.argv.slice(2);
const log = await openEvidence({ file, server: "writer" });
process.stdout.write("ready\n");
let started = 0;
const total = count === "0" ? Infinity : Number(count);
const reservation = limit === "0" ? undefined : calls(Number(limit));
await Promise.all(Array.from({ length: Number(atOnce) }, work));
await log.close();
process.stdout.write("done\n");

async function work(): Promise<void> {
  while (started < total) {
    started += 1;
    try {
      await one();
    } catch {
      process.stdout.write("u\n");
    }
  }
}

async function one(): Promise<void> {
  const decided = await log.decide(allowed({ tool: `p${process.pid}`, effect: effect === "write" ? "write" : "read" }), reservation);
  if (decided.decision !== "recorded") {
    process.stdout.write("x\n");
    return;
  }
  process.stdout.write(`d ${decided.committed.call}\n`);
  await log.settle(decided.committed, outcome({ spent: reservation === undefined ? {} : { calls: 1 } }));
  process.stdout.write(`o ${decided.committed.call}\n`);
}
