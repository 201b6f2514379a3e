import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { classify, parseAddress } from "../../packages/network/src/address.ts";
import { decideHop } from "../../packages/network/src/decide-hop.ts";
import { guardedFetch } from "../../packages/network/src/guarded-fetch.ts";
import { bareRequest } from "../../packages/network/test/bare-request.ts";
import { internalReach } from "../../packages/network/test/reaching.ts";
import { fetchBin } from "../subjects.ts";
import { forbidden } from "../world/forbidden.ts";
import { Ground } from "./ground.ts";
import { reportOf, resultOf, type Result, type Row } from "./report.ts";
import { Samples } from "./samples.ts";
import { spreadOf } from "./spread.ts";
import { openSession, type Session } from "./session.ts";

/** Rows of the guarded fetch, in this process, beside the client library alone; and of the whole server, for information. */
const fetchRows = [
  { id: "fetch-10k", title: "fetch 10 KiB over a fresh connection", size: 10 * 1024, most: 1.5 },
  { id: "fetch-1m", title: "fetch 1 MiB over a fresh connection", size: 1024 * 1024, most: 1.15 },
] as const;
const classifyRow = { id: "classify", title: "read and classify an address", wanted: 200_000 } as const;
export const webIds: readonly string[] = [...fetchRows.map(({ id }) => id), classifyRow.id];

const ours = "postern";
const bare = "bare client";
const whole = "whole server";
const wanted = "wanted";
/** Milliseconds of one row in one round. The contestants take turns call by call, so that what else the machine does hits all alike. */
const slice = 1_500;
const warmUp = 5;
const fewestTurns = 25;

export interface WebOptions {
  readonly rounds: number;
  readonly place: string;
  wants(id: string): boolean;
  say(text: string): void;
}

export interface WebTable {
  readonly results: readonly Result[];
  readonly text: string;
}

export async function measureWeb({ rounds, place, wants, say }: WebOptions): Promise<WebTable> {
  const samples = new Samples();
  const origin = fork(fileURLToPath(new URL("web-origin.ts", import.meta.url)), { stdio: "inherit" });
  const [port] = (await once(origin, "message")) as [number];
  const session = await openWholeServer(place, port);
  try {
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}, web`);
      for (const { id, size } of fetchRows.filter((row) => wants(row.id))) await measureFetch(samples, { id, size, port, session });
      if (wants(classifyRow.id)) {
        samples.note(classifyRow.id, ours, classificationsPerSecond());
        samples.note(classifyRow.id, wanted, classifyRow.wanted);
      }
    }
  } finally {
    await session.close();
    origin.disconnect();
  }
  const rows: readonly Row[] = [
    ...fetchRows.map(({ id, title, most }): Row => ({ id, title, unit: "ms", target: { is: "atMost", ratio: most }, values: samples.of(id) })),
    { id: classifyRow.id, title: classifyRow.title, unit: "calls/s", target: { is: "atLeast", ratio: 1 }, values: samples.of(classifyRow.id) },
  ];
  const results = rows.filter(({ id }) => wants(id)).map((row) => resultOf(row, ours, new Set([whole])));
  return { results, text: reportOf("network guard", results, [ours, bare, whole, wanted]) };
}

interface FetchMeasure {
  readonly id: string;
  readonly size: number;
  readonly port: number;
  readonly session: Session;
}

async function measureFetch(samples: Samples, { id, size, port, session }: FetchMeasure): Promise<void> {
  const url = new URL(`http://127.0.0.1:${port}/${size}`);
  await takeTurns(samples, id, size, [
    [ours, async () => (await guarded(url.href, port)).length],
    [bare, async () => (await bareRequest(url)).length],
  ]);
  // Alone: what the server still does after its answer would be on the account of whoever comes next.
  await takeTurns(samples, id, size, [[whole, async () => (await session.call("fetch", { url: url.href, max_length: 999_999 })).length]]);
}

async function takeTurns(samples: Samples, id: string, size: number, contestants: readonly (readonly [string, () => Promise<number>])[]): Promise<void> {
  const times = new Map(contestants.map(([name]) => [name, new Array<number>()]));
  const began = performance.now();
  for (let turn = 0; turn < fewestTurns || performance.now() - began < slice; turn += 1) {
    for (const [name, run] of turn % 2 === 0 ? contestants : contestants.toReversed()) {
      const before = performance.now();
      const length = await run();
      const taken = performance.now() - before;
      // The server cuts texts; what it gives of this one is more than half.
      if (length < size / 2) throw new Error(`${name}: the body is not whole`);
      if (turn >= warmUp) times.get(name)?.push(taken);
    }
  }
  for (const [name, taken] of times) samples.note(id, name, spreadOf(taken)?.median ?? Number.NaN);
}

/** As the target kind does it, decision and all. */
async function guarded(raw: string, port: number): Promise<Buffer> {
  const reach = internalReach(["127.0.0.1"], ["127.0.0.1/32"], [port]);
  const settings = {};
  const signal = AbortSignal.timeout(10_000);
  const hop = await decideHop(raw, reach, settings, signal);
  if (hop.outcome === "denied") throw new Error(`denied: ${hop.rule}`);
  const limits = { wireBytes: 10e6, decodedBytes: 10e6, redirects: 5, connectMs: 10_000, headersMs: 20_000 };
  return (await guardedFetch(hop, { method: "GET", reach, settings, limits, signal })).body;
}

function classificationsPerSecond(): number {
  const texts = forbidden.map(([, address]) => address).concat("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946");
  const began = performance.now();
  let calls = 0;
  do {
    for (const text of texts) {
      const address = parseAddress(text);
      if (address === undefined || classify(address).rule === "") throw new Error(`${text} is no address`);
    }
    calls += texts.length;
  } while (performance.now() - began < slice / 3);
  return (calls * 1000) / (performance.now() - began);
}

function openWholeServer(place: string, port: number): Promise<Session> {
  const contestant = {
    name: "postern web",
    role: "ours",
    script: fetchBin,
    policy: () =>
      `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes: [{ id: web, server: fetch-read, principals: [me], tools: "*", targets: { hosts: [127.0.0.1], internal: { networks: [127.0.0.1/32], ports: [${port}] } } }]\n`,
    args: ({ policy, evidence }: Ground) => ["--policy", policy, "--evidence", evidence],
  } as const;
  return openSession(contestant, new Ground(place, contestant), { cache: join(place, "cache") });
}
