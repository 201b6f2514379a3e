import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AnswerScript } from "./script.ts";

const page = Buffer.from("<html><body><p>what was asked for</p></body></html>").toString("base64");
const htmlType = [["content-type", "text/html; charset=utf-8"]] as const;

/** Says what the script says; a page where it says nothing. */
export function answering(script: AnswerScript, response: ServerResponse, socket: Socket): void {
  const { status = 200, headers = htmlType, body = page, drip, stall = false, drop = false } = script;
  response.on("error", () => undefined);
  socket.on("error", () => undefined);
  if (drop) {
    socket.destroy();
    return;
  }
  if (drip === "headers") {
    dripping(socket, () => socket.write("x-drip: y\r\n"));
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n");
    return;
  }
  // Said as raw bytes: the server's own library would not say some of these.
  const lines = [`HTTP/1.1 ${status} Told`, ...headers.map(([name, value]) => `${name}: ${value}`), "connection: close", "", ""];
  socket.write(Buffer.from(lines.join("\r\n"), "utf8"));
  if (drip === "body") dripping(socket, () => socket.write("x"));
  else if (!stall) socket.end(Buffer.from(body, "base64"));
}

function dripping(socket: Socket, drop: () => void): void {
  const timer = setInterval(drop, 100);
  socket.on("close", () => clearInterval(timer));
}
