import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The real command, from its sources, as its own process. Nothing of the caller's environment reaches it but the path, and where compiled code is kept: types are stripped once. */
export function startPostern(argv: readonly string[], environment: Readonly<Record<string, string>> = {}, cwd?: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["--conditions=@postern/source", main, ...argv], {
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...environment },
    ...(cwd !== undefined && { cwd }),
  });
}

export async function postern(argv: readonly string[], environment?: Readonly<Record<string, string>>, cwd?: string): Promise<Ended> {
  const child = startPostern(argv, environment, cwd);
  const read = async (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  child.stdin.end();
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([read(child.stdout), read(child.stderr), closed]);
  return { code, out, err };
}
