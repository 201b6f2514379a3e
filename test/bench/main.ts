import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contestants, type Contestant } from "./contestants.ts";
import { measures, rateOf } from "./measures.ts";
import { profileReport } from "./profile.ts";
import { reportOf, resultOf, type Row } from "./report.ts";
import { ripgrepSeconds, ripgrepVersion } from "./ripgrep.ts";
import { openSession, type Session } from "./session.ts";
import { makeTree, type BenchTree } from "./tree.ts";

const help = `pnpm bench: the official filesystem servers and ours side by side, on one Node and one generated tree.
Ours runs as installed: policy, evidence on disk and redaction on.

  --rounds N      rounds (default 5); in each one every contestant takes its turn at every row
  --only IDS      rows, comma-separated: startup, memory, ${measures.map(({ id }) => id).join(", ")}
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
const ids = ["startup", "memory", ...measures.map(({ id }) => id)];
const unknown = only?.find((id) => !ids.includes(id));
const chosen = measures.filter(({ id }) => only === undefined || only.includes(id));
const wants = (id: string) => only === undefined || only.includes(id);
const ours = contestants.find(({ role }) => role === "ours");
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
    say("making the tree");
    const tree = makeTree(join(place, "tree"));
    if (values.profile) return await profiled(place, tree);
    const rows = await measured(place, tree);
    const results = rows.map((row) => resultOf(row, ours?.name ?? "", new Set(["floor"])));
    const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, ${rounds} rounds, medians (minimum–maximum)`;
    const names = [...contestants.map(({ name }) => name), ...(rows.some((row) => "ripgrep" in row.values) ? ["ripgrep"] : [])];
    process.stdout.write(
      values.json ? `${JSON.stringify({ machine, results })}\n` : `\n${machine}\nratio: ours to the better of the others\n\n${reportOf(results, names)}\n`,
    );
    return 0;
  } finally {
    if (!values.profile) rmSync(place, { recursive: true, force: true });
  }
}

async function measured(place: string, tree: BenchTree): Promise<readonly Row[]> {
  const samples = new Map<string, Map<string, number[]>>();
  const note = (id: string, name: string, value: number) => {
    const row = samples.get(id) ?? new Map<string, number[]>();
    samples.set(id, row.set(name, [...(row.get(name) ?? []), value]));
  };
  const ripgrep = ripgrepVersion();
  if (wants("search-text") && ripgrep === undefined) say("no ripgrep (rg) on the PATH: content search is measured without its comparison");
  const open = (contestant: Contestant) => openSession(contestant, { root: tree.root, evidence: join(place, "evidence.db"), cache: join(place, "cache") });
  // one start each that is not counted: the files are then in memory, and a server that keeps compiled code has it.
  for (const contestant of contestants) await (await open(contestant)).close();

  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    // each round starts with another contestant, so that what drifts over time hits all alike.
    const order = contestants.map((_, index) => contestants[(index + round) % contestants.length]).filter((each) => each !== undefined);
    const sessions: Session[] = [];
    try {
      for (const contestant of order) {
        const session = await open(contestant);
        sessions.push(session);
        note("startup", contestant.name, session.startup);
      }
      for (const measure of chosen) {
        for (const session of sessions) {
          if (!measure.roles.includes(session.contestant.role)) continue;
          const rate = await rateOf(measure, session, tree);
          note(measure.id, session.contestant.name, measure.target === undefined ? 1 / rate.callsPerSecond : rate.callsPerSecond);
          if (rate.processorMs !== undefined) note(`${measure.id} cpu`, session.contestant.name, rate.processorMs);
        }
        if (measure.id === "search-text" && ripgrep !== undefined) note(measure.id, "ripgrep", ripgrepSeconds(tree));
      }
      for (const session of sessions) {
        const memory = session.memory();
        if (memory === undefined || session.contestant.role === "floor") continue;
        note("memory", session.contestant.name, memory.now);
        note("peak", session.contestant.name, memory.peak);
      }
    } finally {
      for (const session of sessions) await session.close();
    }
  }
  return rowsOf((id) => Object.fromEntries(samples.get(id) ?? []));
}

function rowsOf(valuesOf: (id: string) => Record<string, readonly number[]>): readonly Row[] {
  const rows: Row[] = [
    { id: "startup", title: "start-up to initialized", unit: "ms", target: { is: "atMost", ratio: 1 }, values: valuesOf("startup") },
    ...chosen.map((measure): Row => {
      const { id, title } = measure;
      if (measure.target === undefined) return { id, title, unit: "s", target: { is: "atMost", ratio: 1.5 }, values: valuesOf(id) };
      return { id, title, unit: "calls/s", target: { is: "atLeast", ratio: measure.target }, values: valuesOf(id) };
    }),
    ...(values.cpu ? chosen : []).map(
      ({ id, title }): Row => ({ id, title: `${title}: one call`, unit: "ms CPU", target: undefined, values: valuesOf(`${id} cpu`) }),
    ),
    { id: "memory", title: "memory after the run", unit: "MiB", target: { is: "atMost", ratio: 1 }, values: valuesOf("memory") },
    { id: "memory", title: "memory, peak", unit: "MiB", target: undefined, values: valuesOf("peak") },
  ];
  return rows.filter(({ id }) => wants(id));
}

/** Runs each chosen row alone in a profiled server of ours. */
async function profiled(place: string, tree: BenchTree): Promise<number> {
  if (ours === undefined) return 1;
  for (const measure of [undefined, ...chosen]) {
    if (measure === undefined && !wants("startup")) continue;
    const directory = join(place, `profile-${measure?.id ?? "startup"}`);
    mkdirSync(directory);
    const nodeFlags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${directory}`];
    const session = await openSession(ours, { root: tree.root, evidence: join(place, "evidence.db"), cache: join(place, "cache"), nodeFlags });
    const rate = measure === undefined ? undefined : await rateOf({ ...measure, slice: 3000 }, session, tree);
    await session.close();
    process.stdout.write(
      `\n== ${measure?.title ?? `start-up, ${session.startup.toFixed(0)} ms under the profiler`}${rate === undefined ? "" : `: ${rate.callsPerSecond.toFixed(1)} calls/s under the profiler`}\n`,
    );
    process.stdout.write(`${profileReport(directory)}\n`);
  }
  return 0;
}

process.exitCode = await main();
