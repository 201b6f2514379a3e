import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Reply } from "../src/http/reply.ts";

let server: Server;
let client: Socket;
let to: ServerResponse;

/** One request of a client that reads nothing until it is told to. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const asked = once(server, "request");
  client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.pause();
  client.write("POST /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  [, to] = (await asked) as [unknown, ServerResponse];
});
afterEach(async () => {
  vi.useRealTimers();
  client.destroy();
  server.close();
  await once(server, "close");
});

async function read(): Promise<string> {
  let text = "";
  client.setEncoding("utf8").on("data", (part: string) => (text += part));
  client.resume();
  await once(client, "close");
  return text;
}

const large = { answer: "x".repeat(16 * 1024 * 1024) };

describe("to a client that reads slowly, what comes after the end comes to nothing and ends nothing (S5, N5)", () => {
  test("a notification of a handler that goes on", async () => {
    const reply = new Reply(to, {}, true);
    reply.event({ progress: 1 });
    reply.end(200, large);
    expect(to.writableFinished).toBe(false);
    reply.event({ progress: 2 });
    const text = await read();
    expect(text).toContain('{"progress":1}');
    expect(text).not.toContain('{"progress":2}');
  });

  test("the signs that a stream is still there", async () => {
    const reply = new Reply(to, {}, true);
    reply.event({ progress: 1 });
    vi.advanceTimersByTime(20_000);
    reply.end(200, large);
    vi.advanceTimersByTime(60_000);
    expect(to.writableFinished).toBe(false);
    const text = await read();
    expect(text.split(": still here").length - 1).toBe(1);
    expect(text).toContain("xxx");
  });

  test("the same where the request was cancelled", async () => {
    const reply = new Reply(to, {}, true);
    reply.event(large);
    expect(reply.nothing()).toBe(true);
    vi.advanceTimersByTime(60_000);
    reply.event({ progress: 2 });
    expect(to.writableFinished).toBe(false);
    const text = await read();
    expect(text).not.toContain("still here");
    expect(text).not.toContain('{"progress":2}');
  });
});

test("a cancelled request of a client that takes no streams still needs an answer", async () => {
  const reply = new Reply(to, {}, false);
  expect(reply.nothing()).toBe(false);
  reply.end(200, { answered: true });
  expect(await read()).toContain('{"answered":true}');
});
