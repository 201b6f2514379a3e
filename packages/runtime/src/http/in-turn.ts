import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Requests that may wait behind one on their connection. Clients of this protocol send the next one after the answer. */
const mostWaiting = 8;

interface Line {
  answering: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  readonly waiting: (() => void)[];
  /** Nothing that still comes is a request. */
  over: boolean;
}

/**
 * Takes the requests of each connection one after the other. Node hands over all that came in one read, thousands of them, and
 * whoever sends without waiting for answers would have the process to itself. Guarantees: a request begins when the one
 * before it was answered whole; more than a few that wait end the connection; none begins behind an answer that closes it.
 *
 * Source: RFC 9112 §9.3.2 (pipelining), §9.6 (what comes behind the last answer is not processed).
 */
export class InTurn {
  readonly #lines = new WeakMap<Duplex, Line>();
  readonly #handle: RequestListener;

  constructor(handle: RequestListener) {
    this.#handle = handle;
  }

  /** Nothing that still comes over the connection is looked at. */
  isOver(socket: Duplex): boolean {
    return this.#lines.get(socket)?.over === true;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const line = this.#lineOf(socket);
    if (line.over) return;
    if (line.answering === undefined) this.#begin(line, request, response);
    else if (line.waiting.length < mostWaiting) line.waiting.push(() => this.#begin(line, request, response));
    else {
      end(line);
      socket.destroy();
    }
  }

  /**
   * What a connection is busy with whose next bytes are no request: `body` where they belong to the request in hand, `answer` where
   * that one has come whole and is answered yet, before the connection ends; undefined where it waits for a request.
   */
  broken(socket: Duplex): "body" | "answer" | undefined {
    const line = this.#lineOf(socket);
    const { answering } = line;
    end(line);
    if (answering === undefined) return undefined;
    if (!answering.request.complete) return "body";
    answering.response.shouldKeepAlive = false;
    answering.response.once("close", () => socket.destroy());
    return "answer";
  }

  /** Ends what a connection is busy with, of which Node would not tell any more that it is over. */
  cut(socket: Duplex): void {
    const line = this.#lineOf(socket);
    const { answering } = line;
    end(line);
    if (answering === undefined) return;
    const { response } = answering;
    let closed = false;
    response.once("close", () => {
      closed = true;
    });
    socket.once("close", () => {
      if (!closed) response.emit("close");
    });
  }

  #begin(line: Line, request: IncomingMessage, response: ServerResponse): void {
    line.answering = { request, response };
    response.once("close", () => {
      line.answering = undefined;
      // Node ends the connection for its writing side behind an answer that says so.
      if (!response.writableFinished || request.socket.writableEnded) end(line);
      line.waiting.shift()?.();
    });
    this.#handle(request, response);
  }

  #lineOf(socket: Duplex): Line {
    let line = this.#lines.get(socket);
    if (line === undefined) this.#lines.set(socket, (line = { answering: undefined, waiting: [], over: false }));
    return line;
  }
}

function end(line: Line): void {
  line.over = true;
  line.waiting.length = 0;
}
