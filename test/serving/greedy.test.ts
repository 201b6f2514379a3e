import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { openConnection, type RawConnection } from "./raw-connection.ts";
import { beginSession, inSession } from "./sessions.ts";

let files: Tree;
let server: HttpServer;
const greedy = Array.from({ length: 6 }, (_, place) => `greedy-${place}`);
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } };

beforeEach(async () => {
  files = tree({ "notes/a.txt": "text\n" });
  const callers = [...greedy, "next"];
  const card = `{ id: notes, server: filesystem-read, principals: [${callers.join(", ")}], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
  const policy = writePolicy(
    files.root,
    callers.map((id) => ({ id })),
    [card],
  );
  server = await startHttpServer({ bin: readerBin, policy });
});
afterEach(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

/** A request of a valid caller whose body goes on and on. */
async function slowBody(caller: string): Promise<RawConnection> {
  const connection = await openConnection(server.port);
  const head = [`Host: 127.0.0.1:${server.port}`, `Authorization: Bearer ${keyOf(caller)}`, "Content-Type: application/json", "Content-Length: 500"];
  connection.write(`POST /mcp HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n{`);
  return connection;
}

describe.each([
  [2, 700],
  [6, 300],
])("while %d callers have %d slow requests each", (callers, requests) => {
  test("one more is served, over connections and sessions of its own (S5)", async () => {
    const open: RawConnection[] = [];
    for (const caller of greedy.slice(0, callers)) {
      for (let sent = 0; sent < requests; sent += 50) open.push(...(await Promise.all(Array.from({ length: 50 }, () => slowBody(caller)))));
    }
    await expect.poll(() => server.calls({ code: "limit.busy" }).length, { timeout: 20_000 }).toBeGreaterThan(0);
    for (let round = 0; round < 5; round += 1) {
      const several = await Promise.all(Array.from({ length: 16 }, () => server.send({ token: keyOf("next"), body: call })));
      for (const answer of several) expect(answer).toMatchObject({ status: 200 });
      const session = await beginSession(server, "next");
      expect(await inSession(server, session, { by: "next", method: "tools/call", params: call.params })).toMatchObject({ status: 200 });
    }
    expect(server.calls({ code: "limit.busy" }).every(({ rule, principal }) => rule === "requests-in-flight" && principal !== "next")).toBe(true);
    for (const each of open) each.destroy();
  }, 90_000);
});
