import { type Described, plainHandshake } from "./handshake.ts";
import type { Line } from "./line-reader.ts";
import { reportInternal } from "./report-internal.ts";
import type { Wire } from "./stdio.ts";

/** A connection of which the protocol's code is not loaded yet. */
export interface Opening {
  /** The connection as the gate sees it: from its start on every line arrives, from the first one on and in order. */
  readonly wire: Wire;
  /** Resolves when something came, and what can be answered already was: the time to load the rest. */
  readonly begun: Promise<void>;
}

/**
 * Begins a connection before the SDK is there to take it. A plain handshake is answered at once; the SDK gets it all the
 * same and its own answer, which says the same, goes nowhere. Every other line waits, and no more are taken meanwhile:
 * whatever is a call, and whatever could be refused, is for the gate.
 */
export function createOpening(wire: Wire, definition: Described): Opening {
  const waiting: Line[] = [];
  let gate: { line(line: Line): void; end(): void } | undefined;
  /** Nothing waits any more: what comes goes straight to the gate. */
  let through = false;
  let held = false;
  let ended = false;
  /** The answer that the client has, until the gate has written the same. */
  let answered: string | undefined;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    // after this turn the answer has left.
    begin = () => void setImmediate(resolve);
  });

  wire.start({
    line(line) {
      if (through) return gate?.line(line);
      waiting.push(line);
      if (held) return;
      held = true;
      wire.hold();
      answered = line.kind === "line" ? plainHandshake(line.bytes, definition) : undefined;
      if (answered !== undefined) wire.write(answered);
      begin();
    },
    end() {
      if (through) return gate?.end();
      ended = true;
      begin();
    },
  });

  /** Hands over what waited. What came behind an answered handshake follows when the gate has answered it too. */
  function handOver(on: { line(line: Line): void; end(): void }): void {
    const first = waiting.shift();
    if (first !== undefined) on.line(first);
    if (answered === undefined) openUp(on);
  }

  function openUp(on: { line(line: Line): void; end(): void }): void {
    through = true;
    for (const line of waiting.splice(0)) on.line(line);
    if (held) wire.release();
    if (ended) on.end();
  }

  return {
    begun,
    wire: {
      ...wire,
      start(on) {
        gate = on;
        // whoever starts a transport may put its own ear to it only afterwards.
        setImmediate(() => handOver(on));
      },
      write(json) {
        if (answered === undefined || gate === undefined) return wire.write(json);
        if (json !== answered) reportInternal("handshake", new Error(`answered ${answered}, where the SDK says ${json}`));
        answered = undefined;
        openUp(gate);
      },
    },
  };
}
