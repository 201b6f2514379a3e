import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** Bytes of one request and what answers it. */
export type Answers = (request: string, socket: Socket) => void;

/** A host that keeps all that it is told, byte for byte. */
export interface RawHost extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Each request whole, headers and body. */
  readonly requests: readonly string[];
  readonly connections: number;
}

/** Listens on one loopback address, and answers each request once it is there whole. */
export async function rawHost(address: string, answers: Answers, at = 0): Promise<RawHost> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    let told = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      told += bytes.toString("latin1");
      const end = told.indexOf("\r\n\r\n");
      const [, length = "0"] = /content-length: (\d+)/i.exec(told) ?? [];
      if (end < 0 || told.length < end + 4 + Number(length)) return;
      requests.push(told);
      answers(told, socket);
      told = "";
    });
  });
  server.listen(at, address);
  await once(server, "listening");
  return {
    address,
    port: (server.address() as AddressInfo).port,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export function answer(status: string, body = "", headers: readonly string[] = ["content-type: application/json"]): string {
  return [`HTTP/1.1 ${status}`, ...headers, `content-length: ${Buffer.byteLength(body)}`, "connection: close", "", body].join("\r\n");
}

/** The lines of a request before its body. */
export function headLines(request: string | undefined): readonly string[] {
  return request?.split("\r\n\r\n", 1)[0]?.split("\r\n") ?? [];
}

export function bodyOf(request: string | undefined): string {
  return Buffer.from(request?.split("\r\n\r\n").slice(1).join("\r\n\r\n") ?? "", "latin1").toString();
}
