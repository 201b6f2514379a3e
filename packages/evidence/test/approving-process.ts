import { openEvidence } from "../src/index.ts";
import { allowed } from "./samples.ts";

/** Uses one yes, says what came of it (`recorded`, `unapproved`), and waits to be killed. Arguments: the database; the token; what it is bound to. */
const [file = "", token = "", bound = ""] = process.argv.slice(2);
const log = await openEvidence({ file, server: "filesystem-write" });
const decided = await log.decide(allowed({ effect: "write" }), undefined, undefined, { step: "accept", token, bound });
process.stdout.write(`${decided.decision}\n`);
process.stdin.resume();
