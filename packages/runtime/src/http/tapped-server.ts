import type { Transport } from "@modelcontextprotocol/server";
import type { Desk } from "../desk.ts";
import { GuardedServer } from "../mcp-server.ts";
import type { Exchange } from "./exchange.ts";

/** The guarded server for one request over HTTP. Whatever the SDK sends passes the scrubber of the guard in force. */
export class TappedServer extends GuardedServer {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    super(exchange.session.inForce.guard.definition, deskOf(exchange));
    this.#exchange = exchange;
  }

  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    // In the same turn: the SDK takes the HTTP status of an error from when it came.
    transport.send = (message, options) => send(this.#exchange.session.inForce.guard.scrub(message), options);
    await super.connect(transport);
  }
}

function deskOf(exchange: Exchange): Desk {
  return {
    sessionOf: () => exchange.session,
    take() {
      exchange.taken = true;
      return exchange.arrival;
    },
    answered(_id, answer) {
      exchange.answer = answer;
    },
    drop: () => undefined,
  };
}
