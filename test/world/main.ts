import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { dnsServer } from "../../packages/network/test/dns-server.ts";
import { certificate, key } from "./certificates.ts";
import { Names } from "./names.ts";
import { answering } from "./origin.ts";
import type { AnswerScript, Place, Request, Seen, WorldScript, WorldSettings } from "./script.ts";

/** Runs in the namespace; the test tells it over IPC what the names and the origins say, and asks what happened. */
const settings = JSON.parse(process.argv[2] ?? "{}") as WorldSettings;
const names = new Names();
const answers = new Map<string, AnswerScript>();
let happened: { trapped: Place[]; reached: Place[]; requests: Request[]; asked: string[] } = { trapped: [], reached: [], requests: [], asked: [] };
let counted = kernelCounts();

const listener: RequestListener = (request, response) => {
  const { url = "", headers, socket } = request;
  if (url === "/robots.txt") {
    response.writeHead(404).end();
    return;
  }
  happened.requests.push({ host: headers.host, path: url, secure: "encrypted" in socket, header: headers });
  answering(answers.get(url) ?? {}, response, socket);
};
const plain = createHttpServer(listener);
const secure = createHttpsServer({ cert: certificate, key }, listener);

function receive(socket: Socket, port: number): void {
  socket.on("error", () => undefined);
  const place = { address: socket.localAddress ?? "", port };
  if (settings.origins.includes(place.address)) {
    happened.reached.push(place);
    (settings.securePorts.includes(port) ? secure : plain).emit("connection", socket);
    return;
  }
  happened.trapped.push(place);
  socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 7\r\n\r\nTRAPPED"));
}

for (const port of settings.ports) {
  for (const host of ["0.0.0.0", "::"]) {
    const server = createServer((socket) => receive(socket, port));
    server.listen({ port, host, ipv6Only: true });
    await once(server, "listening");
  }
}
for (const address of settings.resolvers) {
  await dnsServer(
    (name, type) => {
      happened.asked.push(`${type} ${name}`);
      return names.tell(name, type);
    },
    { address, port: 53 },
  );
}

/** Of snmp(5)'s tables: each namespace has its own. */
function kernelCounts(): Pick<Seen, "begun" | "datagrams"> {
  const of = (file: string): string => readFileSync(`/proc/self/net/${file}`, "latin1");
  const column = (table: string, field: string): number => {
    const [head = "", values = ""] = of("snmp")
      .split("\n")
      .filter((line) => line.startsWith(`${table}: `));
    return Number(values.split(" ")[head.split(" ").indexOf(field)]);
  };
  const overIpv6 = Number(/^Udp6OutDatagrams\s+(\d+)/m.exec(of("snmp6"))?.[1]);
  return { begun: column("Tcp", "ActiveOpens"), datagrams: column("Udp", "OutDatagrams") + overIpv6 };
}

process.on("message", (message: { readonly id: number; readonly script?: WorldScript }) => {
  const { id, script } = message;
  if (script !== undefined) {
    for (const [name, told] of Object.entries(script.names ?? {})) names.set(name, told);
    for (const [path, answer] of Object.entries(script.answers ?? {})) answers.set(path, answer);
    process.send?.({ id });
    return;
  }
  const now = kernelCounts();
  const seen: Seen = { ...happened, begun: now.begun - counted.begun, datagrams: now.datagrams - counted.datagrams };
  counted = now;
  happened = { trapped: [], reached: [], requests: [], asked: [] };
  process.send?.({ id, seen });
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 });
