import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readCalls } from "@postern/evidence";
import { tree } from "@postern/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startFetcherBy } from "../subjects.ts";

const given = "127.0.0.83";

test.each([17, 40])("a server that ends while calls run and %d wait in all ends, and each call has its record and its answer (E1, E2, N5)", async (calls) => {
  using place = tree({ "policy/": true });
  const origin = createServer((_, response) => void setTimeout(() => response.writeHead(200, { "content-type": "text/plain" }).end("x"), 600));
  origin.listen(0, given);
  await once(origin, "listening");
  const { port } = origin.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "postern-ending-"));
  const evidence = join(folder, "evidence.db");
  try {
    const targets = `{ hosts: [${given}], internal: { networks: [${given}/32], ports: [${port}] }, robots: ignore }`;
    const server = await startFetcherBy(place.at("policy"), targets, { env: { POSTERN_EVIDENCE: evidence } });
    const begun = Promise.withResolvers<void>();
    origin.once("request", () => begun.resolve());
    const waiting = Array.from({ length: calls }, () => server.raw.request("tools/call", { name: "fetch", arguments: { url: `http://${given}:${port}/` } }));
    await begun.promise;
    server.process.kill("SIGTERM");
    const { code, signal } = await server.process.exited;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    const answers = (await Promise.allSettled(waiting)).filter(({ status }) => status === "fulfilled");
    const records = readCalls(evidence, { limit: 1_000 });
    expect(records.length).toBeGreaterThanOrEqual(answers.length);
    expect(records).toHaveLength(calls);
    expect(records.filter(({ outcome }) => outcome === "unfinished")).toEqual([]);
    await server.close();
  } finally {
    origin.closeAllConnections();
    origin.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
