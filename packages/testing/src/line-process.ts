import { spawn, type ChildProcess } from "node:child_process";

export interface LineProcessOptions {
  /** A script that the running Node starts. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Options for Node itself. */
  readonly execArgv?: readonly string[];
}

/** A child process that speaks one JSON message a line on stdin and stdout. */
export class LineProcess {
  readonly child: ChildProcess;
  /** Everything that came on stdout, line by line. */
  readonly lines: string[] = [];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #stderr = "";
  #parts: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  constructor(options: LineProcessOptions) {
    const child = spawn(process.execPath, [...(options.execArgv ?? []), options.script, ...(options.args ?? [])], {
      env: options.env ?? {},
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    this.child = child;
    this.exited = new Promise((settle, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => settle({ code, signal }));
    });
    // A write after the other side went away is seen as an exit, not as a crash of the test.
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (this.#stderr += chunk));
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => this.#take(chunk));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the process did not start");
    return this.child.pid;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Calls back for each line from now on; the result stops it. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sends bytes as they are: no newline is added. */
  write(bytes: string | Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.child.kill(signal);
  }

  /** Ends stdin and waits for the end; kills it after `graceMs`. */
  async end(graceMs = 5_000): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    this.child.stdin?.end();
    const timer = setTimeout(() => this.kill(), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A line is a line when its end came: what a killed process left half written is none. */
  #take(chunk: string): void {
    const [first = "", ...rest] = chunk.split("\n");
    this.#parts.push(first);
    for (const part of rest) {
      const line = this.#parts.join("");
      this.#parts = [part];
      this.lines.push(line);
      for (const listener of this.#listeners) listener(line);
    }
  }
}
