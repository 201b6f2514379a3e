import { spawn } from "node:child_process";
import { beside } from "./isolation.ts";

/** `node enter.ts PID SCRIPT ARG…`: runs a script of Node beside a process, in its namespaces, on our own standard streams. */
const [pid, ...command] = process.argv.slice(2);
const child = spawn("nsenter", beside(Number(pid), [process.execPath, ...command]), { stdio: "inherit" });
child.on("exit", (code, signal) => (signal === null ? process.exit(code ?? 1) : process.kill(process.pid, signal)));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
