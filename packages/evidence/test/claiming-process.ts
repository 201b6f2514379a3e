import { openEvidence } from "../src/index.ts";
import { allowed } from "./samples.ts";

/** Takes one idempotency key, says what it got (`recorded`, `claimed`, …), and waits to be killed. Arguments: the database; the key. */
const [file = "", key = ""] = process.argv.slice(2);
const log = await openEvidence({ file, server: "filesystem-read" });
const decided = await log.decide(allowed({ effect: "irreversible" }), undefined, { key, request: "POST /a" });
process.stdout.write(`${decided.decision}\n`);
process.stdin.resume();
