import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Ground } from "./ground.ts";
import { rateOf, type Measure } from "./measure.ts";
import { profileReport } from "./profile.ts";
import { ripgrepVersion } from "./ripgrep.ts";
import { measured } from "./rounds.ts";
import type { Samples } from "./samples.ts";
import { openSession } from "./session.ts";
import { oursIn, rowIds, suites, type Suite } from "./suites.ts";
import { tableOf } from "./table.ts";
import { makeTree, treeAt, type BenchTree } from "./tree.ts";
import { measureWeb, webIds } from "./web.ts";

const ids = [...suites.flatMap(rowIds), ...webIds];
const help = `pnpm bench: the official filesystem servers and ours side by side, on one Node and one generated tree.
Ours runs as installed: policy, evidence on disk and redaction on. The server that writes runs twice: without fsync, as the
official ones do, and with it, as it does unless its policy says otherwise, which tells the price and is compared with nothing.

  --rounds N      rounds (default 5); in each one every contestant takes its turn at every row
  --only IDS      rows, comma-separated:
${suites.map((suite) => `                    ${suite.server}: ${rowIds(suite).join(", ")}`).join("\n")}
                    the network guard, in one process beside the bare client library: ${webIds.join(", ")}
  --dir DIR       where the tree and the evidence are made (default: the system's temporary directory)
  --cpu           also the processor time of one call, which other work on the machine does not change much
  --json          the results as one JSON object
  --profile       only ours, under the CPU profiler; prints where the time went and keeps the profile
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    dir: { type: "string", default: tmpdir() },
    cpu: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);
const only = values.only?.split(",");
const unknown = only?.find((id) => !ids.includes(id));
const wants = (id: string) => only === undefined || only.includes(id);
const chosen = suites.filter((suite) => rowIds(suite).some(wants));
const tmpfs = 0x01021994;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (unknown !== undefined) {
    say(`bench: no row ${unknown}; the rows are ${ids.join(", ")}`);
    return 2;
  }
  const place = mkdtempSync(join(values.dir, "postern-bench-"));
  try {
    if (statfsSync(place).type === tmpfs) say(`bench: ${place} lies in memory; --dir a directory on a disk, or the evidence costs less than it does in life`);
    const tree = treeAt(join(place, "tree"));
    if (chosen.some(({ onTree }) => onTree)) {
      say("making the tree");
      makeTree(tree);
    }
    if (values.profile) return await profiled(place, tree);
    const ripgrep = ripgrepVersion() !== undefined;
    if (wants("search-text") && !ripgrep) say("no ripgrep (rg) on the PATH: content search is measured without its comparison");
    const web = webIds.some(wants) ? [await measureWeb({ rounds, place, wants, say })] : [];
    const samples =
      chosen.length === 0 ? new Map<Suite, Samples>() : await measured(chosen, { rounds, place, cache: join(place, "cache"), tree, ripgrep, wants, say });
    const tables = [...[...samples].map(([suite, figures]) => tableOf(suite, figures, { cpu: values.cpu, wants })), ...web];
    const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, ${rounds} rounds, medians (minimum–maximum)`;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ machine, results: tables.flatMap(({ results }) => results) })}\n`
        : `\n${machine}\nratio: ours to the better of the others\n\n${tables.map(({ text }) => text).join("\n\n")}\n`,
    );
    return 0;
  } finally {
    if (!values.profile) rmSync(place, { recursive: true, force: true });
  }
}

/** Runs each chosen row alone in a profiled server of ours. */
async function profiled(place: string, tree: BenchTree): Promise<number> {
  for (const suite of chosen) {
    const ground = suite.makeGround(place, oursIn(suite), tree);
    const measures = suite.measures.filter(({ id }) => wants(id));
    for (const measure of suite.ofProcess && wants("startup") ? [undefined, ...measures] : measures) await profileRow(suite, measure, { place, tree, ground });
  }
  return 0;
}

interface ProfiledOn {
  readonly place: string;
  readonly tree: BenchTree;
  readonly ground: Ground;
}

async function profileRow(suite: Suite, measure: Measure | undefined, { place, tree, ground }: ProfiledOn): Promise<void> {
  const directory = join(place, `profile-${measure?.id ?? "startup"}`);
  mkdirSync(directory);
  const nodeFlags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${directory}`];
  const session = await openSession(oursIn(suite), ground, { cache: join(place, "cache"), nodeFlags });
  const rate = measure === undefined ? undefined : await rateOf({ ...measure, slice: 3000 }, session, tree);
  await session.close();
  process.stdout.write(
    `\n== ${measure?.title ?? `start-up, ${session.startup.toFixed(0)} ms under the profiler`}${rate === undefined ? "" : `: ${rate.callsPerSecond.toFixed(1)} calls/s under the profiler`}\n`,
  );
  process.stdout.write(`${profileReport(directory)}\n`);
}

process.exitCode = await main();
