import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCalls, type CallView, type Receipt } from "@postern/evidence";

/** An answer or a message of the server's own, as far as the tests look at it. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly progressToken?: unknown; readonly progress?: number; readonly message?: string };
  readonly result?: {
    readonly resultType?: string;
    readonly isError?: boolean;
    readonly content?: readonly { readonly type: string; readonly text?: string }[];
    readonly tools?: readonly { readonly name: string; readonly inputSchema: object; readonly annotations: object; readonly outputSchema?: object }[];
    readonly supportedVersions?: readonly string[];
    readonly _meta?: { readonly "dev.postern/denial"?: { readonly code: string }; readonly "dev.postern/receipt"?: Receipt };
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string; readonly receipt?: Receipt } };
}

/** Text of an answer's first content. */
export function textOf(message: Message): string | undefined {
  return message.result?.content?.[0]?.text;
}

/** The code of the denial that an answer is; `allowed` where it is none. */
export function denialOf(message: Message): string {
  return message.result?._meta?.["dev.postern/denial"]?.code ?? message.error?.data?.code ?? "allowed";
}

/** A real server process over a real evidence log, spoken to in raw lines. */
export interface RawServer {
  readonly child: ChildProcessWithoutNullStreams;
  /** Everything that came on stdout, one message a line, in order. */
  readonly answers: Message[];
  readonly stderr: () => string;
  /** Lines to send as they are; a line feed is added. */
  send(...lines: readonly (string | Uint8Array | object)[]): void;
  /** Sends a request and waits for its answer. */
  ask(method: string, params?: object): Promise<Message>;
  call(name: string, args?: object, meta?: object): Promise<Message>;
  /** Waits for the first answer, past or to come, that fits. */
  answer(fits: (message: Message) => boolean): Promise<Message>;
  handshake(capabilities?: object): Promise<Message>;
  /** Everything that the log holds. */
  records(): readonly CallView[];
  /** Waits until the log holds a record that fits. */
  record(fits: (call: CallView, at: number) => boolean): Promise<CallView>;
  exit(): Promise<number | null>;
}

export interface RawServerOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const program = fileURLToPath(new URL("shelf-main.ts", import.meta.url));
const running: RawServer[] = [];
const directories: string[] = [];

/** For `afterEach`: ends what is still running and removes what it left. */
export async function endServers(): Promise<void> {
  for (const server of running.splice(0)) {
    if (server.child.exitCode === null && server.child.signalCode === null) {
      server.child.kill("SIGKILL");
      await server.exit();
    }
  }
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "postern-runtime-"));
  directories.push(directory);
  return directory;
}

export function startServer({ args = ["history"], env = {} }: RawServerOptions = {}): RawServer {
  const evidence = join(temporaryDirectory(), "evidence.db");
  const child = spawn(process.execPath, ["--conditions=@postern/source", program, "--evidence", evidence, ...args], {
    env: { ...process.env, ...env },
    stdio: "pipe",
  });
  const answers: Message[] = [];
  const waiting = new Set<() => void>();
  let rest = "";
  let errors = "";
  let serial = 0;
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) answers.push(JSON.parse(line) as Message);
    for (const wake of waiting) wake();
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);

  const server: RawServer = {
    child,
    answers,
    stderr: () => errors,
    send(...lines) {
      for (const line of lines) {
        child.stdin.write(typeof line === "string" || line instanceof Uint8Array ? line : JSON.stringify(line));
        child.stdin.write("\n");
      }
    },
    ask(method, params) {
      serial += 1;
      const id = `ask-${serial}`;
      server.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
      return server.answer((message) => message.id === id);
    },
    call: (name, given = {}, meta) => server.ask("tools/call", { name, arguments: given, ...(meta !== undefined && { _meta: meta }) }),
    answer(fits) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = answers.find(fits);
          if (found === undefined) return;
          stop();
          resolve(found);
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`no such answer within 10 s; stderr: ${errors}`));
        }, 10_000);
        const stop = (): void => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        waiting.add(look);
        look();
      });
    },
    async handshake(capabilities = {}) {
      const answer = await server.ask("initialize", { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "raw", version: "0" } });
      server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
      return answer;
    },
    records: () => readCalls(evidence, { limit: 10_000 }),
    async record(fits) {
      for (let round = 0; round < 200; round += 1) {
        const found = server.records().find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`no such record within 5 s: ${JSON.stringify(server.records(), undefined, 1)}`);
    },
    exit: () => exited,
  };
  running.push(server);
  return server;
}

/** The envelope that every request of the 2026 era carries. */
export const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "raw-modern", version: "9" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
