import { createServer } from "node:net";
import type { Bind } from "./bind.ts";

/** Listens there for a moment, without taking a connection. Undefined: it can be done; otherwise the system's code. */
export function listenable({ host, port }: Bind): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer((socket) => socket.destroy());
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}
