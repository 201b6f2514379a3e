import { once } from "node:events";
import { openEvidence } from "../src/index.ts";
import { allowed, outcome } from "./samples.ts";

/** A server process with one call under way, which ends when its standard input does. Argument: the database. */
const log = await openEvidence({ file: process.argv[2] ?? "", server: "holder" });
const decided = await log.decide(allowed());
process.stdout.write("open\n");
process.stdin.resume();
await once(process.stdin, "end");
if (decided.decision === "recorded") await log.settle(decided.committed, outcome());
await log.close();
