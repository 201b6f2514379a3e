import { readUsage } from "@postern/evidence";
import { startHttpServer, tree } from "@postern/testing";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { keyOf, writePolicy } from "../serving/callers.ts";
import { written } from "../serving/parity-table.ts";
import { readerBin } from "../subjects.ts";
import { load, type Loaded } from "../serving/http-clients.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "200" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    principals: { type: "string", default: "4" },
  },
});
const clients = Number(values.clients);
const milliseconds = Number(values.seconds) * 1000;
const callers = Array.from({ length: Number(values.principals) }, (_, index) => ({ id: `caller${index}`, tenant: index % 2 === 0 ? "even" : "odd" }));

using files = tree(Object.fromEntries(callers.map(({ id }) => [`${id}/a.txt`, `this is for ${id} and nobody else\n`.repeat(8)])));
const cards = callers.map(
  ({ id }) => `{ id: ${id}, server: filesystem-read, principals: [${id}], tools: "*", targets: { roots: [ { path: ${files.at(id)} } ] } }`,
);
const policy = writePolicy(files.root, callers, cards);

/** A whole request of one client, as any HTTP library would write it. */
function requestOf(port: number, era: "2025" | "2026", client: number): Buffer {
  const { id } = callers[client % callers.length] ?? { id: "" };
  const { headers, body } = written(era, { method: "tools/call", params: { name: "read_text_file", arguments: { path: files.at(id, "a.txt") } } }, 1);
  const text = JSON.stringify(body);
  const lines = [
    "POST /mcp HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${keyOf(id)}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${text}`);
}

function check(client: number, answer: string): void {
  const wanted = `this is for caller${client % callers.length} and`;
  if (!answer.includes(wanted)) throw new Error(`client ${client} got another answer: ${answer.slice(0, 400)}`);
  for (const { id } of callers) if (!wanted.includes(id) && answer.includes(`for ${id} `)) throw new Error(`client ${client} got what is for ${id}`);
}

/** Mebibytes that a process holds, once a second. */
async function watched<Result>(pid: number, action: () => Promise<Result>): Promise<{ readonly result: Result; readonly resident: readonly number[] }> {
  const resident: number[] = [];
  const timer = setInterval(() => resident.push(residentOf(pid)), 1000);
  try {
    return { result: await action(), resident };
  } finally {
    clearInterval(timer);
  }
}

/** Throws unless the evidence has one record of each answer, and no other call. */
function complete(evidence: string, answered: ReadonlyMap<string, number>): void {
  const recorded = new Map(readUsage(evidence, "principal").map(({ name, calls, denied }) => [name, calls - denied]));
  for (const [id, calls] of answered) if (recorded.get(id) !== calls) throw new Error(`${id} had ${calls} answers, on record are ${recorded.get(id)}`);
  if (recorded.size !== answered.size) throw new Error(`on record are calls of ${[...recorded.keys()].join(", ")}`);
}

function residentOf(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
}

function shown(name: string, { calls, took }: Loaded, resident: readonly number[]): number {
  const sorted = took.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  const rate = calls / (milliseconds / 1000);
  process.stdout.write(`${name.padEnd(24)} ${rate.toFixed(0).padStart(6)} calls/s   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   ${spanOf(resident)}\n`);
  return rate;
}

/** What a process held over the thirds of a load: a leak grows from each to the next. */
function spanOf(resident: readonly number[]): string {
  const third = Math.max(1, Math.floor(resident.length / 3));
  const peaks = [0, 1, 2].map((part) => Math.max(...resident.slice(part * third, part === 2 ? undefined : (part + 1) * third)));
  return `${peaks.join(", ")} MiB at most in each third`;
}

for (const era of ["2025", "2026"] as const) {
  const peer = spawn(process.execPath, [fileURLToPath(new URL("http-peer.ts", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(peer.stdout.setEncoding("utf8"), "data")) as [string];
  const peerPort = Number(line);
  const evidence = files.at(`${era}-evidence`, "evidence.db");
  const ours = await startHttpServer({ bin: readerBin, policy, evidence });
  const answered = new Map<string, number>();
  const counted = (client: number, answer: string): void => {
    check(client, answer);
    const { id } = callers[client % callers.length] ?? { id: "" };
    answered.set(id, (answered.get(id) ?? 0) + 1);
  };
  const ratios: number[] = [];
  let calls = 0;
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const request = (port: number) => (client: number) => requestOf(port, era, client);
    const peerPid = peer.pid ?? 0;
    const unguarded = await watched(peerPid, () => load({ port: peerPort, clients, milliseconds, request: request(peerPort), check }));
    const guarded = await watched(ours.process.pid, () => load({ port: ours.port, clients, milliseconds, request: request(ours.port), check: counted }));
    calls += guarded.result.calls;
    ratios.push(shown(`${era} ours`, guarded.result, guarded.resident) / shown(`${era} SDK v2, unguarded`, unguarded.result, unguarded.resident));
  }
  await ours.close("SIGTERM");
  complete(evidence, answered);
  peer.kill();
  ratios.sort((one, other) => one - other);
  process.stdout.write(
    `${era}: ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)} times the unguarded server's calls, with ${calls} calls answered, checked and on record\n`,
  );
}
