import type { Committed, TargetRecord } from "@postern/policy";
import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { createUrlKind } from "../src/url-kind.ts";
import { a, dnsServer } from "./dns-server.ts";
import { httpOrigin } from "./origin.ts";
import { patient, settingsFor } from "./reaching.ts";

const committed = { call: "test", log: "test", index: 0 } as unknown as Committed;
const given = "127.0.0.81";
const elsewhere = "127.0.0.82";

interface Ended {
  readonly status?: number;
  readonly code?: string;
  readonly requests: number;
  readonly told: readonly Pick<TargetRecord, "operation" | "decision">[];
}

/** One read under a card with so many retries. `addresses` says what the name resolves to at each question. */
async function read(retries: number | undefined, answer: RequestListener, addresses: readonly string[] = [given]): Promise<Ended> {
  await using origin = await httpOrigin(answer, given);
  let asked = 0;
  await using dns = await dnsServer((name, type) => (type === "A" ? a(name, addresses[Math.min(asked++, addresses.length - 1)] ?? given) : []));
  const kind = createUrlKind(settingsFor(dns), { redirects: 5, connectMs: 1_000, headersMs: 1_000 });
  const targets = { hosts: ["a.test"], internal: { networks: [`${given}/32`], ports: [origin.port] }, ...(retries !== undefined && { retries }) };
  const scope = kind.scope(targets, { route: "card", home: "/", base: "/", own: [], peers: [] });
  const resolved = await kind.resolve(`http://a.test:${origin.port}/`, scope, {
    argument: "url",
    access: "read",
    operation: "url",
    beside: [scope],
    signal: patient,
  });
  if (resolved.decision === "deny") throw new Error(resolved.code);
  const told: TargetRecord[] = [];
  const ended = await kind
    .mint(resolved, committed)
    .fetch({ method: "GET", signal: patient, mostBytes: 1_000, onRetry: (target) => void told.push(target) })
    .then(
      ({ status }) => ({ status }),
      (error: unknown) => ({ code: (error as { readonly code: string }).code }),
    );
  return { ...ended, requests: origin.requests.length, told: told.map(({ operation, decision }) => ({ operation, decision })) };
}

function failing(times: number, fail: RequestListener): RequestListener {
  let left = times;
  return (request, response) => {
    if (left-- > 0) fail(request, response);
    else response.end("there");
  };
}

const busy: RequestListener = (_, response) => void response.writeHead(503).end();
const broken: RequestListener = ({ socket }) => void socket.destroy();
const again = { operation: "retry", decision: "allow" };

describe("a read that failed in passing", () => {
  it("is not repeated where the card says nothing", async () => {
    expect(await read(undefined, failing(1, busy))).toEqual({ status: 503, requests: 1, told: [] });
    expect(await read(undefined, failing(1, broken))).toEqual({ code: "net.connect", requests: 1, told: [] });
  });

  it.each([
    ["a status that passes", busy],
    ["a broken connection", broken],
  ])("is repeated as often as the card says, and told: %s", async (_name, fail) => {
    expect(await read(2, failing(2, fail))).toEqual({ status: 200, requests: 3, told: [again, again] });
  });

  it("and goes on failing ends with the last answer", async () => {
    expect(await read(1, failing(5, busy))).toEqual({ status: 503, requests: 2, told: [again] });
  });

  it.each([500, 404, 401])("is not repeated after status %d, which does not pass", async (status) => {
    expect(await read(2, (_, response) => response.writeHead(status).end())).toEqual({ status, requests: 1, told: [] });
  });

  it("is not repeated for a host that wants to be left alone for long", async () => {
    const later: RequestListener = (_, response) => void response.writeHead(429, { "retry-after": "3600" }).end();
    expect(await read(2, later)).toEqual({ status: 429, requests: 1, told: [] });
  });

  it("is decided anew: a name that leads elsewhere by then is denied, and not asked (U1)", async () => {
    expect(await read(1, failing(1, busy), [given, elsewhere])).toEqual({
      code: "net.address",
      requests: 1,
      told: [{ operation: "retry", decision: "deny" }],
    });
  });
});
