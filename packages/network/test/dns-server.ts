import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import packet, { type Answer, type DecodedPacket } from "dns-packet";

export type Records = readonly Answer[] | "SERVFAIL" | "REFUSED" | "NXDOMAIN" | "silence";

export interface DnsServer extends AsyncDisposable {
  /** `address:port`. */
  readonly at: string;
  /** What was asked, `A example.com`, in order. */
  readonly asked: readonly string[];
}

const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** A real DNS server, on loopback unless it is told where; `answer` says what it tells of each question. */
export async function dnsServer(
  answer: (name: string, type: string) => Records,
  { address, port }: { readonly address: string; readonly port: number } = { address: "127.0.0.1", port: 0 },
): Promise<DnsServer> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const asked: string[] = [];
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    const query: DecodedPacket = packet.decode(bytes);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    const { name, type } = question;
    asked.push(`${type} ${name}`);
    const records = answer(name.toLowerCase(), type);
    if (records === "silence") return;
    const code = typeof records === "string" ? codes[records] : 0;
    const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code;
    const answers = typeof records === "string" ? [] : [...records];
    socket.send(packet.encode({ type: "response", id: query.id ?? 0, flags, questions: [question], answers }), from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, "listening");
  return {
    at: `${address}:${socket.address().port}`,
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

export function a(name: string, ...addresses: readonly string[]): Answer[] {
  return addresses.map((data) => ({ type: data.includes(":") ? "AAAA" : "A", name, ttl: 0, data }));
}

export function cname(name: string, data: string): Answer {
  return { type: "CNAME", name, ttl: 0, data };
}
