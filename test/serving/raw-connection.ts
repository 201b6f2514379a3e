import { connect } from "node:net";

/** A connection of one's own: what it is sent, and what came back until it ended. */
export interface RawConnection {
  write(bytes: string | Buffer): void;
  readonly ended: Promise<string>;
  destroy(): void;
}

export function openConnection(port: number, reads: "read" | "unread" = "read"): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    if (reads === "read") socket.setEncoding("latin1").on("data", (part: string) => (text += part));
    else socket.pause();
    const ended = new Promise<string>((done) => socket.once("close", () => done(text)));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // what becomes of a connection is seen in `ended`.
      socket.on("error", () => undefined);
      resolve({ write: (bytes) => void socket.write(bytes), ended, destroy: () => void socket.destroy() });
    });
  });
}
