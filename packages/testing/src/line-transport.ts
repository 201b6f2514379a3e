import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { LineProcess } from "./line-process.ts";

/** Carries the client library over a process that the test holds itself, so that the test can also kill, pause and write past it. */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport["onmessage"]>;
  readonly #process: LineProcess;

  constructor(process: LineProcess) {
    this.#process = process;
  }

  async start(): Promise<void> {
    this.#process.onLine((line) => {
      try {
        this.onmessage?.(JSON.parse(line) as JSONRPCMessage);
      } catch (error) {
        this.onerror?.(error as Error);
      }
    });
    void this.#process.exited.then(() => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#process.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    await this.#process.end();
  }
}
