import type { Readable, Writable } from "node:stream";
import { createLineReader, type Line } from "./line-reader.ts";

/** Bytes of answers that may wait for the client to read them before no more input is taken, and no more large ones are made. */
const outputHigh = 16 * 1024 * 1024;

/** Two byte streams as lines. Takes no more input while the client does not read its answers. */
export interface Wire {
  start(on: { line(line: Line): void; end(): void }): void;
  /** Writes one line. Lines written in the same turn leave in one system call. */
  write(json: string): void;
  /** Undefined: there is room for an answer. Otherwise resolves when there is, for one answer at a time, first come, first served. */
  room(): Promise<void> | undefined;
  /** While held, nothing is read. Counts: each hold needs its release. */
  hold(): void;
  release(): void;
  /** Stops reading; resolves when what was written has left, or cannot. */
  close(): Promise<void>;
}

export function createWire(input: Readable, output: Writable, messageBytes: number): Wire {
  const read = createLineReader(messageBytes);
  let pending = "";
  let holds = 0;
  let broken = false;
  let waiting = false;
  let stopReading = (): void => undefined;
  const waiters: (() => void)[] = [];

  function full(): boolean {
    return !broken && output.writableLength > outputHigh;
  }
  /** Each in a turn of its own, so that what the one before writes counts. */
  function admit(): void {
    if (full()) return;
    waiters.shift()?.();
    if (waiters.length > 0) setImmediate(admit);
  }
  function flush(): void {
    const text = pending;
    pending = "";
    if (broken || text === "") return;
    // as bytes: for texts that wait, a stream takes three times their length once more when it writes them.
    output.write(Buffer.from(text), () => {
      if (waiters.length > 0) admit();
    });
    if (!full() || waiting) return;
    waiting = true;
    hold();
    output.once("drain", () => {
      waiting = false;
      release();
    });
  }
  function hold(): void {
    holds += 1;
    if (holds === 1) input.pause();
  }
  function release(): void {
    holds -= 1;
    if (holds === 0) input.resume();
  }

  return {
    start(on) {
      let ended = false;
      const end = (): void => {
        if (ended) return;
        ended = true;
        on.end();
      };
      const data = (chunk: Buffer): void => {
        for (const line of read(chunk)) on.line(line);
      };
      input.on("data", data);
      input.on("end", end);
      input.on("close", end);
      input.on("error", end);
      // the client is gone (EPIPE): a clean end, and what is still written goes nowhere.
      output.on("error", () => {
        broken = true;
        admit();
        end();
      });
      stopReading = () => {
        input.off("data", data);
        input.pause();
      };
    },
    write(json) {
      if (broken) return;
      if (pending === "") process.nextTick(flush);
      pending += `${json}\n`;
    },
    room() {
      if (waiters.length === 0 && !full()) return undefined;
      return new Promise((resolve) => waiters.push(resolve));
    },
    hold,
    release,
    close() {
      stopReading();
      flush();
      if (broken || output.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        output.once("error", () => resolve());
        output.write("", () => resolve());
      });
    },
  };
}
