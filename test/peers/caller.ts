import { LineProcess, type LineProcessOptions } from "@postern/testing";

/** A client that is content with any server: whatever is no answer of the protocol is passed over. */
export class Caller {
  readonly #process: LineProcess;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #last = 0;

  constructor(options: LineProcessOptions) {
    this.#process = new LineProcess(options);
    this.#process.onLine((line) => {
      try {
        const { id } = JSON.parse(line) as { readonly id?: number };
        if (id !== undefined) this.#waiting.get(id)?.(undefined);
      } catch {
        // Some log on their standard output.
      }
    });
  }

  async start(): Promise<void> {
    await this.#ask("initialize", { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "peers", version: "1" } }, 30_000);
    this.#process.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  }

  /** Waits for any answer, and no longer than that. */
  async call(name: string, url: string, patience: number): Promise<"answered" | "silent"> {
    return await this.#ask("tools/call", { name, arguments: { url } }, patience);
  }

  get running(): boolean {
    return this.#process.running;
  }

  async end(): Promise<void> {
    await this.#process.end(1_000);
  }

  async #ask(method: string, params: unknown, patience: number): Promise<"answered" | "silent"> {
    const id = (this.#last += 1);
    const { promise, resolve } = Promise.withResolvers<"answered" | "silent">();
    this.#waiting.set(id, () => resolve("answered"));
    const timer = setTimeout(() => resolve("silent"), patience);
    this.#process.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}
