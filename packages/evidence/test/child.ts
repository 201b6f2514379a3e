import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly process: ChildProcess;
  /** Lines of its standard output until now. */
  readonly lines: string[];
  /** Waits for a line. */
  seen(line: string): Promise<void>;
  /** Waits for the end of the process and of its output. */
  ended(): Promise<void>;
}

/** Starts one of the programs of this folder under this Node, from the sources. `before` goes in front of the command line. */
export function start(program: string, argv: readonly string[], before: readonly string[] = []): Child {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const [command = "", ...rest] = [...before, process.execPath, "--conditions=@postern/source", script, ...argv];
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  let partial = "";
  const closed = once(child, "close");
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (partial + text).split("\n");
    partial = parts.pop() ?? "";
    lines.push(...parts);
    child.emit("lines");
  });
  return {
    process: child,
    lines,
    async seen(line) {
      while (!lines.includes(line)) {
        const over = await Promise.race([once(child, "lines").then(() => false), closed.then(() => true)]);
        if (over && !lines.includes(line)) throw new Error(`${program} ended without saying ${line}: ${errors}`);
      }
    },
    async ended() {
      await closed;
    },
  };
}
