import type { LineProcess } from "./line-process.ts";

export interface RawMessage {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A client with no protocol library: it says exactly what it is told, a handshake only when asked for one. */
export class RawClient {
  readonly process: LineProcess;
  readonly #sent = new Map<string, (message: RawMessage) => void>();
  readonly #listeners = new Set<(message: RawMessage) => void>();
  #next = 1;

  constructor(process: LineProcess) {
    this.process = process;
    process.onLine((line) => this.#receive(line));
  }

  send(message: unknown): void {
    this.process.write(`${JSON.stringify(message)}\n`);
  }

  /** Calls back for every message that comes, answers included; the result stops it. */
  onMessage(listener: (message: RawMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sends a request and waits for the message with its id. Throws when the process ends or `timeoutMs` passes first. */
  async request(method: string, params?: unknown, options: { readonly id?: string | number; readonly timeoutMs?: number } = {}): Promise<RawMessage> {
    const id = options.id ?? `raw-${this.#next++}`;
    const { promise, resolve, reject } = Promise.withResolvers<RawMessage>();
    this.#sent.set(JSON.stringify(id), resolve);
    const timeoutMs = options.timeoutMs ?? 20_000;
    const timer = setTimeout(() => reject(new Error(`no answer to ${method} within ${timeoutMs} ms; stderr: ${this.process.stderr}`)), timeoutMs);
    void this.process.exited.then(({ code, signal }) =>
      reject(new Error(`the server ended (${code ?? signal}) before it answered ${method}; stderr: ${this.process.stderr}`)),
    );
    this.send({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#sent.delete(JSON.stringify(id));
    }
  }

  notify(method: string, params?: unknown): void {
    this.send({ jsonrpc: "2.0", method, ...(params !== undefined && { params }) });
  }

  /** The 2025-era handshake. */
  async initialize(capabilities: Readonly<Record<string, unknown>> = {}, protocolVersion = "2025-11-25"): Promise<RawMessage> {
    const answer = await this.request("initialize", { protocolVersion, capabilities, clientInfo: { name: "postern-raw", version: "0" } });
    this.notify("notifications/initialized");
    return answer;
  }

  #receive(line: string): void {
    let message: RawMessage;
    try {
      message = JSON.parse(line) as RawMessage;
    } catch {
      throw new Error(`stdout carries something that is not a message: ${line.slice(0, 200)}`);
    }
    for (const listener of this.#listeners) listener(message);
    if (message.method === undefined && message.id !== undefined) this.#sent.get(JSON.stringify(message.id))?.(message);
  }
}
