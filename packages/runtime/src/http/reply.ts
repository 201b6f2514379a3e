import type { ServerResponse } from "node:http";

const always = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
/** Milliseconds after which a stream says that it is still there, so that nobody on the way ends it. */
const heartbeatMs = 15_000;

/** The answer to one request: one JSON document, or a stream of events that ends with it. */
export class Reply {
  readonly #to: ServerResponse;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #streams: boolean;
  #held: (bytes: number) => void = () => undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  /** `streams`: the client takes events. */
  constructor(to: ServerResponse, headers: Readonly<Record<string, string>>, streams: boolean) {
    this.#to = to;
    this.#headers = { ...always, ...headers };
    this.#streams = streams;
    to.once("close", () => clearInterval(this.#heartbeat));
  }

  /** Tells of the bytes of answers, which wait until their client takes them. */
  onBytes(held: (bytes: number) => void): void {
    this.#held = held;
  }

  /** Asks the sender for the body that it holds back (RFC 9110 §10.1.1). */
  invite(): void {
    if (!this.#to.headersSent && !this.#to.destroyed) this.#to.writeContinue();
  }

  get streams(): boolean {
    return this.#streams;
  }

  /** Sends a message ahead of the answer. Nothing is sent where the client takes no events. */
  event(message: object): void {
    if (!this.#streams || this.#to.destroyed || this.#to.writableEnded) return;
    if (!this.#to.headersSent) {
      this.#stream();
      this.#heartbeat = setInterval(() => this.#to.write(": still here\n\n"), heartbeatMs).unref();
    }
    const bytes = Buffer.from(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    this.#held(bytes.length);
    this.#to.write(bytes);
  }

  /** Ends it. Where events went ahead, the status went with them. */
  end(status: number, body: object | undefined, headers: Readonly<Record<string, string>> = {}): undefined {
    if (this.#to.headersSent) {
      if (body !== undefined) this.event(body);
      this.#finish();
      return;
    }
    if (body === undefined) {
      this.#to.writeHead(status, { ...this.#headers, ...(status !== 204 && { "content-length": 0 }), ...headers }).end();
      return;
    }
    const bytes = Buffer.from(JSON.stringify(body));
    this.#held(bytes.length);
    this.#to.writeHead(status, { ...this.#headers, "content-type": "application/json", "content-length": bytes.length, ...headers }).end(bytes);
  }

  /** Ends it without an answer: as a stream of none. False: the client takes no streams, and has to get an answer. */
  nothing(): boolean {
    if (!this.#streams) return false;
    if (!this.#to.headersSent) this.#stream();
    this.#finish();
    return true;
  }

  /** What is written after the end ends the process, and a reader that takes its time leaves much of it. */
  #finish(): void {
    clearInterval(this.#heartbeat);
    this.#to.end();
  }

  #stream(): void {
    this.#to.writeHead(200, { ...this.#headers, "content-type": "text/event-stream", "x-accel-buffering": "no" });
  }

  /** Sends a stream that the SDK makes. A reader that goes away ends it. */
  async pass(response: Response): Promise<void> {
    this.#to.writeHead(response.status, { ...Object.fromEntries(response.headers), ...this.#headers });
    this.#to.flushHeaders();
    const reader = response.body?.getReader();
    this.#to.once("close", () => void reader?.cancel().catch(() => undefined));
    for (;;) {
      const read = await reader?.read();
      if (read === undefined || read.done) break;
      if (!this.#to.destroyed && !this.#to.write(read.value)) await this.#room();
    }
    this.#to.end();
  }

  /** Resolves when more can be written, or nobody reads any more. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#to.off("drain", done);
        this.#to.off("close", done);
        resolve();
      };
      this.#to.on("drain", done);
      this.#to.on("close", done);
    });
  }
}
