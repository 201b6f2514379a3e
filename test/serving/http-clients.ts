import { connect, type Socket } from "node:net";

export interface Load {
  readonly port: number;
  readonly clients: number;
  readonly milliseconds: number;
  /** Bytes of one whole request. */
  request(client: number): Buffer;
  /** Called with each answer's text; what it throws ends the load. */
  check(client: number, answer: string): void;
}

export interface Loaded {
  readonly calls: number;
  /** Milliseconds of each call. */
  readonly took: readonly number[];
}

/** So many clients, each over a connection of its own, each sending its next call when the last was answered. */
export async function load({ port, clients, milliseconds, request, check }: Load): Promise<Loaded> {
  const took: number[] = [];
  const until = performance.now() + milliseconds;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const socket = await open(port);
      const bytes = request(client);
      while (performance.now() < until) {
        const asked = performance.now();
        const answer = await ask(socket, bytes);
        took.push(performance.now() - asked);
        check(client, answer);
      }
      socket.destroy();
    }),
  );
  return { calls: took.length, took };
}

export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket.setNoDelay().setEncoding("latin1")));
    socket.once("error", reject);
  });
}

/** One request and its answer, by its length or in chunks. */
export function ask(socket: Socket, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = (answer: string): void => {
      socket.off("data", onData);
      socket.off("close", onClose);
      resolve(answer);
    };
    const onClose = (): void => reject(new Error("the connection was closed"));
    const onData = (part: string): void => {
      text += part;
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      if (length === undefined ? text.endsWith("0\r\n\r\n") : text.length >= end + 4 + Number(length)) done(text);
    };
    socket.on("data", onData);
    socket.once("close", onClose);
    socket.write(bytes);
  });
}
