import { openEvidence, type Charge, type Reservation } from "../src/index.ts";
import { allowed, outcome } from "./samples.ts";
import { accounts, random } from "./shared-accounts.ts";

/**
 * A server process whose calls take from several budgets at once, at random: more and less than they reserved, and now and then one
 * that never ends. Prints `c` for each call that was decided.
 *
 * Arguments: the database; the seed; how many calls (0: until it is killed); how many at a time.
 */
const [file = "", seed = "1", count = "0", atOnce = "4"] = process.argv.slice(2);
const log = await openEvidence({ file, server: "sharing" });
const next = random(Number(seed));
const total = count === "0" ? Infinity : Number(count);
process.stdout.write("ready\n");
let started = 0;
await Promise.all(Array.from({ length: Number(atOnce) }, work));
await log.close();
process.stdout.write("done\n");

async function work(): Promise<void> {
  while (started < total) {
    started += 1;
    const reservation = some();
    const decided = await log.decide(allowed({ principal: `p${process.pid}` }), reservation);
    process.stdout.write("c\n");
    if (decided.decision !== "recorded" || next() < 0.05) continue;
    const spent = { calls: 1, cost: reservation.charges.find(({ resource }) => resource === "cost")?.amount ?? 1, bytes: Math.floor(next() * 120) };
    await log.settle(decided.committed, outcome({ spent, bytesOut: spent.bytes }));
  }
}

/** What one call takes: the same of each resource from whichever accounts it touches. */
function some(): Reservation {
  const amount = { calls: 1, cost: 1 + Math.floor(next() * 5), bytes: 40 };
  const chosen = accounts.filter(() => next() < 0.5);
  return { charges: chosen.map((account): Charge => ({ ...account, amount: amount[account.resource] })) };
}
