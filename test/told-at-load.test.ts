import { server as fetcher } from "@postern/fetch-read";
import { server as sender } from "@postern/fetch-write";
import { server as repoReader } from "@postern/repo-read";
import { server as repoWriter } from "@postern/repo-write";
import { server as reader } from "@postern/filesystem-read";
import { server as writer } from "@postern/filesystem-write";
import { parsePolicy } from "@postern/policy";
import { serverShape } from "@postern/runtime";
import { startServer, tree } from "@postern/testing";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, test } from "vitest";
import { expect } from "./expect.ts";
import { fetchBin } from "./subjects.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => fileURLToPath(new URL(`../servers/${name}/bin/postern-${name}.js`, import.meta.url));
const posternBin = fileURLToPath(new URL("../packages/cli/bin/postern.js", import.meta.url));
const files = tree({ "policy/": true });
afterAll(() => files.remove());

function run(command: string, ...args: readonly string[]) {
  const env = { PATH: process.env["PATH"], HOME: files.at("policy"), POSTERN_EVIDENCE: files.at("evidence.db") };
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8", input: "", env });
  return { status, stdout, stderr };
}

let written = 0;
function write(text: string): string {
  const file = files.at(`policy/${written++}.yaml`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

const head = "version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes:\n";
const card = (server: string, targets: string): string => `  - { id: a, server: ${server}, principals: [me], tools: "*", targets: ${targets} }\n`;
const call = (url: string): string => `calls: { send: { description: What it does., method: POST, url: "${url}" } }`;

describe("what a card can never give is refused by the servers and by postern check, in one line with its place (S4)", () => {
  test.each([
    [
      "fetch-read",
      "{ hosts: [localhost] }",
      "4:83 routes.0.targets.hosts.0: localhost is a special name, which no public card can give; make it an internal card (internal: { networks, ports })",
    ],
    [
      "fetch-write",
      `{ internal: { networks: [169.254.169.254/32], ports: [80] }, ${call("http://wiki.corp.example/")} }`,
      "4:99 routes.0.targets.internal.networks.0: 169.254.169.254/32 is metadata, which no card can give",
    ],
  ])("%s with %s", (server, targets, told) => {
    const file = write(head + card(server, targets));
    const refused = { status: 1, stdout: "", stderr: `postern-${server}: refused to start: ${file}:${told}\n` };
    expect(run(bin(server), "--policy", file)).toEqual(refused);
    expect(run(bin(server), "--policy", file, "--check")).toEqual(refused);
    const checked = run(posternBin, "check", "--policy", file);
    expect({ ...checked, stderr: checked.stderr.includes(`${file}:${told}\n`) }).toEqual({ status: 1, stdout: "", stderr: true });
    const { status, stdout } = run(posternBin, "check", "--policy", file, "--json");
    expect([status, JSON.parse(stdout)]).toMatchObject([1, { pass: false, problems: [{ message: told.slice(told.indexOf(": ") + 2) }] }]);
  });

  test("on a command line too", () => {
    expect(run(fetchBin, "--allow-host", "a.example", "--allow-host", "127.0.0.1")).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "postern-fetch-read: refused to start: command line card command-line targets.hosts.1: 127.0.0.1 is loopback, which no public card can give; make it an internal card (internal: { networks, ports })\n",
    });
  });
});

describe("what a card hardly means is told, and served (S4)", () => {
  const source = head + card("fetch-read", '{ hosts: ["*.com"] }') + card("fetch-raed", "{ hosts: [a.example] }").replace("id: a", "id: b");
  const notes = (file: string): readonly string[] => [
    `${file}:4:83 routes.0.targets.hosts.0: *.com gives every name below com, whoever holds it`,
    `${file}:5:22 routes.1.server: is no server of the suite; did you mean "fetch-read"?`,
  ];

  test("by a server at its start", async () => {
    const file = write(source);
    await using server = await startServer({ bin: fetchBin, args: ["--policy", file] });
    expect(await server.list()).toEqual(["fetch"]);
    expect(server.process.stderr.split("\n").filter((line) => line.includes("note"))).toEqual(notes(file).map((note) => `postern: note: ${note}`));
  });

  test("by --check and by postern check", () => {
    const file = write(source);
    const checked = run(fetchBin, "--policy", file, "--check");
    expect(checked).toMatchObject({ status: 0, stderr: "" });
    expect(checked.stdout.split("\n").filter((line) => line.startsWith("note"))).toEqual(notes(file).map((note) => `note      ${note}`));
    const all = run(posternBin, "check", "--policy", file);
    expect(all).toMatchObject({ status: 0, stderr: "" });
    expect(all.stdout.split("\n").filter((line) => line.startsWith("note"))).toEqual(notes(file).map((note) => `note: ${note}`));
  });

  test("of a command line too", () => {
    const { status, stdout } = run(fetchBin, "--allow-host", "*.com", "--check");
    expect(status).toBe(0);
    expect(stdout).toContain("note      command line card command-line targets.hosts.0: *.com gives every name below com, whoever holds it\n");
  });

  test.each(["fetch-read", "notes-read", "web-reader", "fetch"])("but nothing of a server that is named %s", (name) => {
    const file = write(head + card("fetch-read", "{ hosts: [a.example] }") + card(name, "{ hosts: [b.example] }").replace("id: a", "id: b"));
    const { status, stdout } = run(fetchBin, "--policy", file, "--check");
    expect([status, stdout.match(/^note.*$/gm)]).toEqual([0, null]);
  });
});

describe("nothing is told of the policies that we show (N3)", () => {
  const shapes = [reader, writer, fetcher, sender, repoReader, repoWriter].map(serverShape);
  const shown = ["README.md", ...readdirSync(join(root, "servers")).map((name) => `servers/${name}/README.md`)].flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/^```yaml\n(version: 1\n.*?)^```$/gms)].map(([, text = ""]): [string, string] => [file, text]),
  );
  const examples = readdirSync(join(root, "servers")).map((name): [string, string] => {
    const file = `servers/${name}/policy.example.yaml`;
    return [file, readFileSync(join(root, file), "utf8")];
  });

  test("of which there are some in the READMEs, and one of each server", () => {
    expect(shown.length).toBeGreaterThan(1);
    expect(examples.length).toBe(shapes.length);
  });

  test.each([...shown, ...examples])("%s", (file, text) => {
    const { notes, routes } = parsePolicy(text, file, shapes);
    expect(routes.length).toBeGreaterThan(0);
    expect(notes).toEqual([]);
  });
});
