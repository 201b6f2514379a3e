import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { readFileSync } from "node:fs";
import type { Contestant } from "./contestants.ts";
import type { Ground } from "./ground.ts";

export interface SessionOptions {
  /** Where the server may keep compiled code between starts, so that the user's own cache stays as it is. */
  readonly cache: string;
  /** Flags for the server's Node. */
  readonly nodeFlags?: readonly string[];
}

/** One running server and the independent 2025-era client that drives it: the same client for every contestant. */
export interface Session {
  readonly contestant: Contestant;
  readonly ground: Ground;
  /** Milliseconds from the start of the process to the answered handshake. */
  readonly startup: number;
  /** Calls a tool; the joined text of its answer. Throws when the answer is an error: a refused call is no fast call. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<string>;
  /** Resident memory in MiB, and its peak; undefined where the system does not tell. */
  memory(): { readonly now: number; readonly peak: number } | undefined;
  /** Seconds of processor time that the server took so far, all threads; undefined where the system does not tell. */
  processor(): number | undefined;
  close(): Promise<void>;
}

const longest = { timeout: 120_000 };

export async function openSession(contestant: Contestant, ground: Ground, options: SessionOptions): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...(options.nodeFlags ?? []), contestant.script, ...contestant.args(ground)],
    env: { ...getDefaultEnvironment(), XDG_CACHE_HOME: options.cache },
    stderr: "pipe",
  });
  let complaint = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const client = new Client({ name: "bench", version: "1" });
  const before = performance.now();
  try {
    await client.connect(transport, longest);
  } catch (error) {
    throw new Error(`${contestant.name} does not start: ${complaint}`, { cause: error });
  }
  const startup = performance.now() - before;
  const pid = transport.pid;
  return {
    contestant,
    ground,
    startup,
    call: async (tool, args) => {
      const answer = await client.callTool({ name: tool, arguments: { ...args } }, undefined, longest);
      const text = (answer.content as readonly { readonly text?: string }[]).map((part) => part.text ?? "").join("\n");
      if (answer.isError === true) throw new Error(`${contestant.name}, ${tool}: ${text.slice(0, 500)}`);
      return text;
    },
    memory: () => (pid === null ? undefined : memoryOf(pid)),
    processor: () => (pid === null ? undefined : processorOf(pid)),
    close: () => client.close(),
  };
}

function memoryOf(pid: number): { readonly now: number; readonly peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
    return { now: field("VmRSS"), peak: field("VmHWM") };
  } catch {
    return undefined;
  }
}

/** User and system time of proc_pid_stat(5), in ticks of 10 ms: the same on every Linux that Node runs on. */
function processorOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}
