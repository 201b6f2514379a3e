import { createMcpHandler, isLegacyRequest, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { reportInternal } from "../report-internal.ts";
import type { Exchange } from "./exchange.ts";
import { TappedServer } from "./tapped-server.ts";

export interface SdkLegs {
  /** Whether a message is of the 2025 era. It is the SDK that decides it, from headers and body. */
  isLegacy(request: Request, message: unknown): Promise<boolean>;
  /** Serves a message of its era that is no call of a tool of the 2025 era. */
  serve(request: Request, message: unknown, exchange: Exchange): Promise<Response>;
  close(): Promise<void>;
}

/** What of the protocol is the SDK's: the rules of headers and envelopes, handshakes, and every method but the calls of the 2025 era. Each request gets an instance of its own. */
export function createSdkLegs(): SdkLegs {
  const onerror = (error: Error): void => reportInternal("protocol", error);
  const exchanges = new WeakMap<Request, Exchange>();
  const modern = createMcpHandler(
    ({ requestInfo }) => {
      const exchange = requestInfo === undefined ? undefined : exchanges.get(requestInfo);
      if (exchange === undefined) throw new Error("a request that never arrived");
      return new TappedServer(exchange);
    },
    { legacy: "reject", onerror, maxSubscriptions: 64 },
  );

  async function serveLegacy(request: Request, message: unknown, exchange: Exchange): Promise<Response> {
    const server = new TappedServer(exchange);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(request, { parsedBody: message });
    } finally {
      await server.close();
    }
  }

  return {
    isLegacy: (request, message) => isLegacyRequest(request, message),
    serve(request, message, exchange) {
      if (exchange.session.era === "legacy") return serveLegacy(request, message, exchange);
      exchanges.set(request, exchange);
      return modern.fetch(request, { parsedBody: message });
    },
    close: () => modern.close(),
  };
}
