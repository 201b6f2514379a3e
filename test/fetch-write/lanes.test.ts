import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { tree, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startSenderBy } from "../subjects.ts";
import { answer, bodyOf, headLines, rawHost, type RawHost } from "./origins.ts";

const given = "127.0.0.77";
const token = "canary-token-51f0c2";
const key = Buffer.from("canary key of thirty-two bytes..").toString("base64");

let place: Tree;
let server: RunningServer;
let origin: RawHost;

beforeAll(async () => {
  place = tree({ "policy/": true });
  // Tells back what it was sent, as some hosts do.
  origin = await rawHost(given, (request, socket) => socket.end(answer("200 OK", request, ["content-type: text/plain"])));
  const internal = `internal: { networks: [127.0.0.0/8], ports: [${origin.port}] }`;
  const call = (name: string, more: string): string =>
    `calls: { ${name}: { description: Sends a word., method: POST, url: "http://${given}:${origin.port}/${name}", body: { type: object, properties: { word: { type: string } } }${more} } }`;
  const card = (id: string, credential: string, targets: string): string =>
    `{ id: ${id}, server: fetch-write, principals: [me], tools: "*", credential: ${credential}, targets: { ${internal}, ${targets} } }`;
  const lane = (name: string, variable: string): string => `  ${name}: { source: { env: ${variable} }, hosts: [${given}] }\n`;
  server = await startSenderBy(
    place.at("policy"),
    [card("one", "token", call("carried", "")), card("two", "hook", call("signed", ", sign: standard-webhooks")), card("three", "unset", call("missing", ""))],
    {
      more: `credentials:\n${lane("token", "TOKEN")}${lane("hook", "HOOK")}${lane("unset", "UNSET")}`,
      env: { TOKEN: token, HOOK: `whsec_${key}` },
    },
  );
});
afterAll(async () => {
  await server.close();
  await origin[Symbol.asyncDispose]();
  place.remove();
});

function headers(request: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    headLines(request)
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
}

describe("a sending card's credential (R2, U3)", () => {
  test("goes along, and comes back in no answer though the host tells it", async () => {
    const answered = await server.call("carried", { body: { word: "w" } });
    expect(answered).toAllow();
    expect(headers(origin.requests.at(-1)).get("authorization")).toBe(`Bearer ${token}`);
    expect(answered.text).toContain("POST /carried");
    expect(answered.text).not.toContain(token);
    expect(server.calls({ limit: 1 })).toMatchObject([{ lane: "token", targets: [{ lane: "token" }], outcome: "ok" }]);
  });

  test("signs in place of being sent, so that a verifier of Standard Webhooks agrees", async () => {
    const answered = await server.call("signed", { body: { word: "w" } });
    expect(answered).toAllow();
    const request = origin.requests.at(-1);
    const sent = headers(request);
    const signed = `${sent.get("webhook-id") ?? ""}.${sent.get("webhook-timestamp") ?? ""}.${bodyOf(request)}`;
    expect(sent.get("webhook-signature")).toBe(`v1,${createHmac("sha256", Buffer.from(key, "base64")).update(signed).digest("base64")}`);
    expect(sent.get("webhook-id")).toBe(answered.receipt?.call);
    expect(Math.abs(Number(sent.get("webhook-timestamp")) - Date.now() / 1000)).toBeLessThan(60);
    expect(sent.has("authorization")).toBe(false);
  });

  test("that is not there ends the call before anything is sent (S4)", async () => {
    const before = origin.connections;
    expect(await server.call("missing", { body: { word: "w" } })).toDenyWith("credential.missing");
    expect(origin.connections).toBe(before);
    expect(server.calls({ limit: 1 })).toMatchObject([{ decision: "deny", code: "credential.missing", lane: "unset", route: "three" }]);
  });

  test("is in no byte of the evidence and of what the server says", () => {
    const files = ["", "-wal"].map((end) => `${server.evidence}${end}`).filter((file) => existsSync(file));
    const written = [...files.map((file) => readFileSync(file, "latin1")), server.process.stderr].join("");
    expect(files).not.toEqual([]);
    expect(written).toContain("carried");
    for (const secret of [token, key, Buffer.from(key, "base64").toString("latin1")]) expect(written).not.toContain(secret);
  });
});
