import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EvidenceUnavailable, openEvidence, readCalls } from "../src/index.ts";
import { leaves } from "./leaves.ts";
import { allowed, outcome } from "./samples.ts";

/**
 * Lives through a full disk and a read-only one, on the small file system that it is given, and prints what it saw as
 * one line of JSON. Argument: an empty directory on that file system.
 */
const directory = process.argv[2] ?? "";
const file = join(directory, "evidence.db");
const filler = join(directory, "filler");
const log = await openEvidence({ file, server: "filesystem-read" });
const open = await Promise.all(Array.from({ length: 20 }, (_, index) => log.decide(allowed({ tool: `open${index}` }))));
const ballast = statSync(`${file}-ballast`).size;

fill();
const refused: string[] = [];
let given = 0;
while (refused.length < 5 && given < 100_000) {
  const decided = await log.decide(allowed({ tool: "probe" })).catch((error: unknown) => error);
  if (decided instanceof Error) refused.push(decided instanceof EvidenceUnavailable ? decided.code : String(decided));
  else given += 1;
}
const released = statSync(`${file}-ballast`).size;
let settled = 0;
for (const decided of open) {
  if (decided.decision !== "recorded") continue;
  await log.settle(decided.committed, outcome());
  settled += 1;
}
const kindsWhenFull = leaves(file).map((leaf) => leaf["kind"]);
const finishedWhenFull = readCalls(file, { outcome: "ok" }).length;

rmSync(filler);
const after = await log.decide(allowed({ tool: "after" }));
const retaken = statSync(`${file}-ballast`).size;
await log.close();

execFileSync("mount", ["-o", "remount,ro", directory]);
const readOnly = await openEvidence({ file, server: "filesystem-read" }).then(
  () => "opened",
  (error: unknown) => (error instanceof EvidenceUnavailable ? error.code : String(error)),
);
const readable = readCalls(file, {}).length;
execFileSync("mount", ["-o", "remount,rw", directory]);
const again = await openEvidence({ file, server: "filesystem-read" });
const writable = (await again.decide(allowed({ tool: "writable" }))).decision;
await again.close();

const seen = {
  ballast,
  refused,
  released,
  settled,
  finishedWhenFull,
  sealed: kindsWhenFull.filter((kind) => kind === "sealed").length,
  after: after.decision,
  retaken,
  kinds: leaves(file)
    .map((leaf) => leaf["kind"])
    .filter((kind) => kind !== "decision" && kind !== "outcome"),
  probes: readCalls(file, { tool: "probe" }).length - given,
  readOnly,
  readable: readable > 20,
  writable,
};
process.stdout.write(`${JSON.stringify(seen)}\n`);

/** Takes every byte that the file system still gives. */
function fill(): void {
  const descriptor = openSync(filler, "w");
  for (const size of [65_536, 4096, 512, 1]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(size, 1));
    } catch {
      // a smaller piece may still fit
    }
  }
  closeSync(descriptor);
}
