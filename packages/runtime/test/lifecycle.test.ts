import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { denialOf, endServers, startServer, temporaryDirectory, textOf, type RawServer } from "./raw-server.ts";

afterEach(endServers);

const posix = process.platform !== "win32";
const slow = { jsonrpc: "2.0", id: "slow", method: "tools/call", params: { name: "linger", arguments: { book: "history/rome", milliseconds: 60_000 } } };
const policy = (shelf: string, principal = "me"): string =>
  `version: 1\nprincipals: [{ id: ${principal}, stdio: true }]\nroutes:\n  - { id: card-${shelf}, server: shelf, principals: [${principal}], tools: "*", targets: { shelves: [${shelf}] } }\n`;

function policyFile(text: string, mode = 0o600): string {
  const file = join(temporaryDirectory(), "postern.yaml");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

function fifo(): string {
  const file = join(temporaryDirectory(), "pipe");
  execFileSync("mkfifo", [file]);
  return file;
}

async function withSlowCall(): Promise<RawServer> {
  const server = startServer();
  await server.handshake();
  server.send(slow);
  await server.record((call) => call.tool === "linger");
  return server;
}

describe("the end of a server", () => {
  const ends: readonly (readonly [string, (server: RawServer) => void])[] = [
    ["its input ends", (server) => server.child.stdin.end()],
    ["it is terminated", (server) => server.child.kill("SIGTERM")],
    ["it is interrupted", (server) => server.child.kill("SIGINT")],
    [
      "its client is gone",
      (server) => {
        server.child.stdout.destroy();
        server.send({ jsonrpc: "2.0", id: 1, method: "ping" });
      },
    ],
  ];
  it.runIf(posix).each(ends)("is clean when %s: running calls stop, their outcomes are written, 0 within two seconds (E2)", async (_name, end) => {
    const server = await withSlowCall();
    const began = performance.now();
    end(server);
    expect(await server.exit()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(server.records()).toMatchObject([{ tool: "linger", outcome: "cancelled", failure: "cancelled" }]);
    expect(server.stderr()).not.toMatch(/Error|at \w+ \(/);
  });

  it("answers the calls of a pipe that ends right after them", async () => {
    const server = startServer();
    server.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read_book", arguments: { book: "history/rome" } } });
    server.child.stdin.end();
    expect(await server.exit()).toBe(0);
    expect(server.answers).toMatchObject([{ id: 1, result: { content: [{ text: "pages of history/rome" }] } }]);
  });

  it("tells a killed server's call from a finished one (E2)", async () => {
    const server = await withSlowCall();
    server.child.kill("SIGKILL");
    await server.exit();
    expect(server.records()).toMatchObject([{ outcome: "unfinished" }]);
  });
});

describe("a cancelled call", () => {
  it("stops its work, gets no answer, and frees its id (E2)", async () => {
    const server = await withSlowCall();
    server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "slow", reason: "enough" } });
    expect(await server.record((call) => call.outcome === "cancelled")).toMatchObject({ tool: "linger" });
    server.send({ ...slow, params: { name: "list_shelves" } });
    expect(await server.answer((message) => message.id === "slow")).toMatchObject({ result: { content: [{ text: "shelf history" }] } });
    expect(server.answers.filter((message) => message.id === "slow")).toHaveLength(1);
  });
});

describe("two requests with one id", () => {
  it("do not run at the same time: the second is refused and recorded, the first goes on (E1)", async () => {
    const server = await withSlowCall();
    server.send({ ...slow, params: { name: "read_book", arguments: { book: "history/egypt" } } });
    expect(await server.answer((message) => message.id === "slow")).toMatchObject({ error: { code: -32600, data: { code: "input.invalid" } } });
    expect(server.records()).toMatchObject([{ tool: "linger" }, { rule: "id-in-use", decision: "deny" }]);
    const other = await server.call("read_book", { book: "history/greece" });
    expect(textOf(other)).toBe("pages of history/greece");
    expect(server.stderr()).not.toContain("egypt");
  });
});

describe("progress", () => {
  it("rises, is not sent too often, and comes before the answer", async () => {
    const server = startServer();
    await server.handshake();
    const answer = await server.call("linger", { book: "history/rome", milliseconds: 300 }, { progressToken: "p1" });
    const sent = server.answers.filter((message) => message.method === "notifications/progress").map((message) => message.params);
    const steps = sent.map((params) => params?.progress ?? -1);
    expect(sent.length).toBeGreaterThanOrEqual(2);
    expect(sent.length).toBeLessThanOrEqual(5);
    expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    expect(sent[0]).toMatchObject({ progressToken: "p1", message: expect.stringMatching(/^step/) });
    expect(server.answers.indexOf(answer)).toBe(server.answers.length - 1);
  });

  it("is not sent to a client that did not ask", async () => {
    const server = startServer();
    await server.handshake();
    await server.call("linger", { book: "history/rome", milliseconds: 100 });
    expect(server.answers.some((message) => message.method === "notifications/progress")).toBe(false);
  });
});

describe("client roots", () => {
  async function rooted(answer: (server: RawServer, id: unknown) => void): Promise<RawServer> {
    const server = startServer({ args: ["history", "poems"] });
    await server.handshake({ roots: { listChanged: true } });
    const asked = await server.answer((message) => message.method === "roots/list");
    answer(server, asked.id);
    return server;
  }
  const reply = (server: RawServer, id: unknown, uris: readonly string[]): void =>
    server.send({ jsonrpc: "2.0", id, result: { roots: uris.map((uri) => ({ uri })) } });
  const read = async (server: RawServer, book: string): Promise<string> => {
    return denialOf(await server.call("read_book", { book }));
  };

  const cases: readonly (readonly [string, readonly string[], string, string, string])[] = [
    ["narrow the card's roots", ["file:///poems"], "path.outside_root", "allowed", "path.outside_root"],
    ["never add to them", ["file:///poems", "file:///atlas"], "path.outside_root", "allowed", "path.outside_root"],
    ["that are no files narrow to nothing", ["https://poems.example/", "nonsense"], "path.outside_root", "path.outside_root", "path.outside_root"],
    ["that are none narrow to nothing", [], "path.outside_root", "path.outside_root", "path.outside_root"],
  ];
  it.each(cases)("%s (P2)", async (_name, uris, history, poems, atlas) => {
    const server = await rooted((to, id) => reply(to, id, uris));
    expect([await read(server, "history/rome"), await read(server, "poems/odes"), await read(server, "atlas/europe")]).toEqual([history, poems, atlas]);
  });

  it("are asked for again when they change", async () => {
    const server = await rooted((to, id) => reply(to, id, ["file:///poems"]));
    expect(await read(server, "history/rome")).toBe("path.outside_root");
    server.send({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    const again = await server.answer(
      (message) => message.method === "roots/list" && message !== server.answers.find((first) => first.method === "roots/list"),
    );
    reply(server, again.id, ["file:///history"]);
    expect(await read(server, "history/rome")).toBe("allowed");
  });

  const closed = ["path.outside_root", "path.outside_root", "path.outside_root"];
  const readAll = async (server: RawServer): Promise<readonly string[]> =>
    Promise.all([read(server, "history/rome"), read(server, "poems/odes"), read(server, "atlas/europe")]);

  const many = (count: number): object[] => Array.from({ length: count }, (_, at) => ({ uri: `file:///none/${at}` }));
  const unusable: readonly (readonly [string, object, readonly string[]])[] = [
    ["an error", { error: { code: -32603, message: "no" } }, closed],
    ["no list", { result: { roots: 5 } }, closed],
    ["nothing", { result: {} }, closed],
    ["text", { result: "poems" }, closed],
    ["entries without a usable URI alone", { result: { roots: [{ uri: 5 }, null, "file:///poems", {}, { uri: "file:///%zz" }] } }, closed],
    [
      "one usable entry among others",
      { result: { roots: [{ uri: 5 }, null, { uri: "file:///poems" }, {}] } },
      ["path.outside_root", "allowed", "path.outside_root"],
    ],
    ["a usable entry as number 1,000", { result: { roots: [...many(999), { uri: "file:///poems" }] } }, ["path.outside_root", "allowed", "path.outside_root"]],
    ["a usable entry as number 1,001", { result: { roots: [...many(1_000), { uri: "file:///poems" }] } }, closed],
  ];
  it.each(unusable)("that are answered with %s leave what is named and nothing else (S1, S4)", async (_name, body, expected) => {
    const server = await rooted((to, id) => to.send({ jsonrpc: "2.0", id, ...body }));
    expect(await readAll(server)).toEqual(expected);
  });

  it("that do not come in two seconds leave nothing, later calls do not wait again, and a late answer holds (S1, S4)", async () => {
    let name = (): void => undefined;
    const server = await rooted((to, id) => {
      name = () => reply(to, id, ["file:///poems"]);
    });
    const began = performance.now();
    expect(await readAll(server)).toEqual(closed);
    const waited = performance.now() - began;
    expect(waited).toBeGreaterThan(1_500);
    expect(waited).toBeLessThan(3_500);
    const again = performance.now();
    expect(await readAll(server)).toEqual(closed);
    expect(performance.now() - again).toBeLessThan(1_000);
    name();
    await server.ask("ping");
    expect(await readAll(server)).toEqual(["path.outside_root", "allowed", "path.outside_root"]);
  });

  const initialize = { protocolVersion: "2025-06-18", capabilities: { roots: {} }, clientInfo: { name: "client", version: "1" } };
  const first = [
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: "first", method: "tools/call", params: { name: "read_book", arguments: { book: "history/rome" } } },
  ];
  it.each([
    ["behind the handshake's answer", false, [...first]],
    ["in the same bytes as the handshake", true, [...first]],
    ["before the client says that it is ready", true, first.toReversed()],
  ] as const)("hold for the very first call, sent %s (S1, S4)", async (_name, together, rest) => {
    const server = startServer({ args: ["history", "poems"] });
    const open = { jsonrpc: "2.0", id: "open", method: "initialize", params: initialize };
    const lines = (messages: readonly object[]): string => messages.map((message) => JSON.stringify(message)).join("\n");
    server.send(lines(together ? [open, ...rest] : [open]));
    await server.answer(({ id }) => id === "open");
    if (!together) server.send(lines(rest));
    const asked = await server.answer(({ method }) => method === "roots/list");
    expect(server.answers.some(({ id }) => id === "first")).toBe(false);
    reply(server, asked.id, ["file:///poems"]);
    expect(denialOf(await server.answer(({ id }) => id === "first"))).toBe("path.outside_root");
  });

  it("of a client that did not declare them are not asked for, and nothing is narrowed (S4)", async () => {
    const server = startServer({ args: ["history", "poems"] });
    await server.handshake();
    expect(await readAll(server)).toEqual(["allowed", "allowed", "path.outside_root"]);
    expect(server.answers.some(({ method }) => method === "roots/list")).toBe(false);
  });

  it("that change hold no longer while the new ones are not named (S1, S4)", async () => {
    const server = await rooted((to, id) => reply(to, id, ["file:///poems"]));
    expect(await read(server, "poems/odes")).toBe("allowed");
    // a second change, said while the question about the first is open, is asked about as well
    server.send({ jsonrpc: "2.0", method: "notifications/roots/list_changed" }, { jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    const asked = (): readonly unknown[] => server.answers.flatMap(({ method, id }) => (method === "roots/list" ? [id] : []));
    await expect.poll(() => asked().length).toBe(2);
    const waiting = readAll(server);
    reply(server, asked()[1], ["file:///poems", "file:///history"]);
    await expect.poll(() => asked().length).toBe(3);
    reply(server, asked()[2], ["file:///history"]);
    expect(await waiting).toEqual(["allowed", "path.outside_root", "path.outside_root"]);
    server.send({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    expect(await readAll(server)).toEqual(closed);
  });
});

describe("a flood", () => {
  it("of 3,000 calls at once is answered, each exactly once, each with its record (E1, N5)", async () => {
    const server = startServer();
    await server.handshake();
    const total = 3_000;
    const lines = Array.from({ length: total }, (_, index) =>
      index % 3 === 2
        ? "not a message"
        : JSON.stringify({
            jsonrpc: "2.0",
            id: index,
            method: "tools/call",
            params: { name: "read_book", arguments: { book: index % 3 === 0 ? "history/rome" : "atlas/a" } },
          }),
    );
    server.send(lines.join("\n"));
    await expect.poll(() => server.answers.length, { timeout: 15_000 }).toBe(total + 1);
    const ids = server.answers.flatMap((message) => (typeof message.id === "number" ? [message.id] : []));
    expect(new Set(ids).size).toBe((total * 2) / 3);
    const outcomes = new Set(server.records().map(({ code, decision }) => code ?? decision));
    expect(server.records()).toHaveLength(total);
    expect([...outcomes].toSorted()).toEqual(expect.arrayContaining(["allow", "input.invalid"]));
    expect((await server.call("list_shelves")).result?.isError).toBeUndefined();
  });
});

describe("a reload", () => {
  it.runIf(posix)("puts the new policy in force, for calls and for who the caller is (S4)", async () => {
    const file = policyFile(policy("history"));
    const server = startServer({ args: ["--policy", file] });
    await server.handshake();
    expect((await server.call("read_book", { book: "history/rome" })).result?.isError).toBeUndefined();
    writeFileSync(file, policy("poems"));
    server.child.kill("SIGHUP");
    await expect.poll(server.stderr).toContain("was reloaded");
    expect(denialOf(await server.call("read_book", { book: "history/rome" }))).toBe("path.outside_root");
    expect((await server.call("read_book", { book: "poems/odes" })).result?.isError).toBeUndefined();
    const policies = new Set(server.records().map((call) => call.policy));
    expect(policies.size).toBe(2);

    writeFileSync(file, policy("poems", "them").replace("stdio: true", `apiKey: { sha256: "${"0".repeat(64)}" }`));
    server.child.kill("SIGHUP");
    await expect.poll(() => server.stderr().match(/was reloaded/g)?.length).toBe(2);
    expect(denialOf(await server.call("read_book", { book: "poems/odes" }))).toBe("tool.unknown");
  });

  it.runIf(posix)("binds the calls that wait for their turn as well (S4, P2)", async () => {
    const file = policyFile(policy("history"));
    const server = startServer({ args: ["--policy", file] });
    await server.handshake();
    const longEnough = { book: "history/rome", milliseconds: 1_500 };
    for (let id = 0; id < 16; id += 1)
      server.send({ jsonrpc: "2.0", id: `full-${id}`, method: "tools/call", params: { name: "linger", arguments: longEnough } });
    await expect.poll(() => server.records().length).toBe(16);
    server.send({ jsonrpc: "2.0", id: "waits", method: "tools/call", params: { name: "read_book", arguments: { book: "history/rome" } } });
    writeFileSync(file, policy("poems"));
    server.child.kill("SIGHUP");
    await expect.poll(server.stderr).toContain("was reloaded");
    expect(server.answers.some((message) => message.id === "waits")).toBe(false);
    expect(denialOf(await server.answer((message) => message.id === "waits"))).toBe("path.outside_root");
    expect(server.records().filter((call) => call.tool === "read_book")).toMatchObject([{ decision: "deny", route: "card-poems" }]);
  });

  it.runIf(posix)("of a file that is wrong, unsafe or gone changes nothing and says so (S4)", async () => {
    const file = policyFile(policy("history"));
    const server = startServer({ args: ["--policy", file] });
    await server.handshake();
    const spoil: readonly (() => void)[] = [() => writeFileSync(file, `${policy("poems")}nonsense: 1\n`), () => chmodSync(file, 0o666)];
    for (const [index, make] of spoil.entries()) {
      make();
      server.child.kill("SIGHUP");
      await expect.poll(() => server.stderr().match(/was not reloaded/g)?.length).toBe(index + 1);
      expect((await server.call("read_book", { book: "history/rome" })).result?.isError).toBeUndefined();
    }
    expect(new Set(server.records().map((call) => call.policy)).size).toBe(1);
  });
});

describe("the start", () => {
  const unsafe: readonly (readonly [string, () => readonly string[], number, RegExp])[] = [
    ["a policy file that others may write", () => ["--policy", policyFile(policy("history"), 0o620)], 1, /may be written by others/],
    ["a policy file that is missing", () => ["--policy", join(temporaryDirectory(), "absent.yaml")], 1, /cannot be read \(ENOENT\)/],
    ["a FIFO for a policy", () => ["--policy", fifo()], 1, /not a regular file/],
    ["a directory for a policy", () => ["--policy", temporaryDirectory()], 1, /not a regular file/],
    ["a policy with an unknown key", () => ["--policy", policyFile(`${policy("history")}rotues: []\n`)], 1, /rotues/],
    ["a policy over 4 MiB", () => ["--policy", policyFile(`#${"x".repeat(5 * 1024 * 1024)}`)], 1, /larger than 4 MiB/],
    ["a policy that is not UTF-8", () => ["--policy", latinFile()], 1, /not UTF-8/],
    ["an evidence file that cannot be made", () => ["history", "--evidence", join(blocked(), "x", "evidence.db")], 1, /refused to start/],
    ["--http", () => ["history", "--http", "127.0.0.1:1"], 1, /--http needs --policy FILE with principals that can authenticate/],
    ["an unknown option", () => ["--polcy", "x"], 2, /--polcy/],
    ["both a policy and targets", () => ["--policy", "x", "history"], 2, /either it or targets/],
    ["an empty target", () => [""], 2, /empty value/],
  ];
  it.each(unsafe)("is refused with %s, in one clear line, and nothing on stdout (S4)", async (_name, args, code, reason) => {
    const server = startServer({ args: args() });
    expect(await server.exit()).toBe(code);
    expect(server.stderr()).toMatch(reason);
    expect(server.stderr()).not.toMatch(/at \w+ \(|node:internal/);
    expect(server.answers).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("is refused with a policy file of another user, who could change it (S4; needs root to make one)", async () => {
    const file = policyFile(policy("history"));
    chownSync(file, 1234, 1234);
    const server = startServer({ args: ["--policy", file] });
    expect(await server.exit()).toBe(1);
    expect(server.stderr()).toMatch(/belongs to another user/);
  });

  const nothing: readonly (readonly [string, () => readonly string[], string])[] = [
    ["no policy and no targets", () => [], "policy.empty"],
    ["a principal that the policy does not name", () => ["--policy", policyFile(policy("history")), "--principal", "eve"], "principal.unknown"],
    ["an empty list of targets", () => ["--policy", policyFile(policy("history").replace("[history]", "[]"))], "policy.no_route"],
    ["no cards", () => ["--policy", policyFile("version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes: []\n")], "policy.empty"],
  ];
  it.each(nothing)("with %s serves, and allows nothing (S4)", async (_name, args, rule) => {
    const server = startServer({ args: args() });
    await server.handshake();
    expect((await server.ask("tools/list")).result?.tools?.filter((tool) => tool.name === "read_book")).toEqual([]);
    expect((await server.call("read_book", { book: "history/rome" })).error).toMatchObject({ code: -32602, data: { code: "tool.unknown" } });
    expect(server.records()).toMatchObject([{ code: "tool.unknown", rule }]);
    expect(server.stderr()).not.toContain("opened");
  });

  it("takes the one of several stdio principals that it is told", async () => {
    const file = policyFile(
      `version: 1\nprincipals: [{ id: a, stdio: true }, { id: b, stdio: true, tenant: acme }]\nroutes:\n  - { id: c, server: shelf, principals: [b], tools: "*", targets: { shelves: [history] } }\n`,
    );
    const told = startServer({ args: ["--policy", file, "--principal", "b"] });
    await told.handshake();
    await told.call("list_shelves");
    expect(told.records()).toMatchObject([{ principal: "b", tenant: "acme", decision: "allow" }]);
    const untold = startServer({ args: ["--policy", file] });
    await untold.handshake();
    await untold.call("list_shelves");
    expect(untold.records()).toMatchObject([{ code: "tool.unknown", rule: "principal.unknown" }]);
    expect(untold.stderr()).toContain("--principal");
  });
});

describe("questions to the command line", () => {
  const stdout = async (args: readonly string[]): Promise<{ readonly text: string; readonly code: number | null }> => {
    const server = startServer({ args });
    const chunks: Buffer[] = [];
    server.child.stdout.removeAllListeners("data").on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
    const code = await server.exit();
    return { text: Buffer.concat(chunks).toString("utf8"), code };
  };

  it("--version is the name and the version", async () => {
    expect(await stdout(["--version"])).toEqual({ text: "postern-shelf 1.2.3\n", code: 0 });
  });

  it("--help tells the options with examples", async () => {
    const { text, code } = await stdout(["--help"]);
    expect(code).toBe(0);
    for (const part of ["Usage: postern-shelf [options] [SHELF …]", "--policy FILE", "--check", "Examples", "Exit status"]) expect(text).toContain(part);
  });

  it("--check of a principal that the policy does not have fails (S4)", async () => {
    const { text, code } = await stdout(["--policy", policyFile(policy("history")), "--check", "--principal", "nobody"]);
    expect(code).toBe(1);
    expect(text).toContain('nobody: the policy has no stdio principal "nobody"');
  });

  it("--check says what is allowed to whom and what is guaranteed, and serves nothing", async () => {
    const { text, code } = await stdout(["--policy", policyFile(policy("history")), "--check"]);
    expect(code).toBe(0);
    for (const part of ["books stay on their shelves", "stdio     me", "card card-history", "shelf history", "read_book"]) expect(text).toContain(part);
    expect(text).not.toContain("stamp_book");
  });
});

function latinFile(): string {
  const file = policyFile("");
  writeFileSync(file, Buffer.from("version: 1 # caf\xe9\n", "latin1"));
  return file;
}

function blocked(): string {
  const file = join(temporaryDirectory(), "blocked");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, readFileSync(new URL(import.meta.url)));
  return file;
}
