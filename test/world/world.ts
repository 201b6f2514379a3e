import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isolated } from "./isolation.ts";
import type { Seen, WorldScript, WorldSettings } from "./script.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const enter = fileURLToPath(new URL("enter.ts", import.meta.url));

/**
 * A network of its own in which every address there is, metadata and private ones and the public web, is listened on. Most are traps; a few are origins, with a resolver
 * that says what it is told to. Whatever a server in it connects to, somebody hears it.
 */
export interface World extends AsyncDisposable {
  readonly pid: number;
  /** What starts a script of Node in this world: its own script and the first arguments for that. */
  within(script: string): { readonly bin: string; readonly args: readonly string[] };
  script(script: WorldScript): Promise<void>;
  /** All that happened since this was asked last. */
  seen(): Promise<Seen>;
}

export const publicOrigin = "93.184.216.34";

export interface WorldOptions extends Partial<WorldSettings> {
  /** A line of sh that is run in the namespaces first. */
  readonly prepare?: string;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { prepare, ...given } = options;
  const settings: WorldSettings = { ports: [80, 443], securePorts: [443, 8443], origins: [publicOrigin], resolvers: ["127.0.0.1"], ...given };
  const child = spawn("unshare", isolated([process.execPath, main, JSON.stringify(settings)], prepare), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const waiting = new Map<number, (message: { readonly seen?: Seen }) => void>();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`the world ended (${code ?? signal})`)));
  });
  failed.catch(() => undefined);
  child.on("message", (message: { readonly id: number; readonly seen?: Seen }) => waiting.get(message.id)?.(message));
  let last = 0;
  const ready = new Promise((resolve) => waiting.set(0, resolve));
  await Promise.race([ready, failed]);
  const ask = async (what: { readonly script?: WorldScript }): Promise<{ readonly seen?: Seen }> => {
    const id = (last += 1);
    const answer = new Promise<{ readonly seen?: Seen }>((resolve) => waiting.set(id, resolve));
    child.send({ id, ...what });
    return await Promise.race([answer, failed]).finally(() => waiting.delete(id));
  };
  const { pid } = child;
  if (pid === undefined) throw new Error("the world has no process");
  return {
    pid,
    within: (script) => ({ bin: enter, args: [String(pid), script] }),
    async script(script) {
      await ask({ script });
    },
    async seen() {
      const { seen } = await ask({});
      if (seen === undefined) throw new Error("the world did not tell");
      return seen;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
