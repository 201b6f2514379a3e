import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyOf, writePolicy } from "../serving/callers.ts";
import { fetchBin, readerBin, senderBin, writerBin } from "../subjects.ts";
import { differences } from "./differences.ts";
import { ofServer, ofTarget, type Expected } from "./expected.ts";
import { startKeyFront, type KeyFront } from "./key-front.ts";
import { revisions, runSuite, type Revision, type SuiteCheck } from "./run-suite.ts";

const target = fileURLToPath(new URL("target.ts", import.meta.url));

interface Subject {
  readonly server: string;
  readonly bin: string;
  targets(files: Tree): string;
  expected(revision: Revision): Readonly<Record<string, Expected>>;
}

const subjects: readonly Subject[] = [
  { server: "conformance", bin: target, targets: () => "{}", expected: (revision) => ofTarget[revision] },
  {
    server: "filesystem-read",
    bin: readerBin,
    targets: (files) => `{ roots: [ { path: ${files.at("root")} } ] }`,
    expected: (revision) => ofServer(revision, false),
  },
  {
    server: "filesystem-write",
    bin: writerBin,
    targets: (files) => `{ roots: [ { path: ${files.at("root")} } ], delete: allow }`,
    expected: (revision) => ofServer(revision, false),
  },
  { server: "fetch-read", bin: fetchBin, targets: () => "{ hosts: [docs.example.com] }", expected: (revision) => ofServer(revision, true) },
  {
    server: "fetch-write",
    bin: senderBin,
    targets: () => '{ calls: { notify: { description: Tells the team., method: POST, url: "https://chat.example.com/notes" } } }',
    expected: (revision) => ofServer(revision, false),
  },
];

describe.each(subjects)("$server", ({ server: name, bin, targets, expected }) => {
  let files: Tree;
  let front: KeyFront;
  let server: HttpServer;
  const found = new Map<Revision, ReadonlyMap<string, readonly SuiteCheck[]>>();

  beforeAll(async () => {
    files = tree({ "root/a.txt": "a\n" });
    front = await startKeyFront(keyOf("suite"));
    const http = `http: { resource: "http://${front.host}/mcp", allowedHosts: ["${front.host}"], allowedOrigins: ["http://${front.host}"] }`;
    const card = `{ id: all, server: ${name}, principals: [suite], tools: "*", targets: ${targets(files)} }`;
    server = await startHttpServer({ bin, policy: writePolicy(files.root, [{ id: "suite" }], [card], http) });
    front.leadTo(server.port);
    await Promise.all(revisions.map(async (revision) => found.set(revision, await runSuite(`http://${front.host}/mcp`, revision))));
  }, 60_000);

  afterAll(async () => {
    await front?.[Symbol.asyncDispose]();
    await server?.close();
    files?.remove();
  });

  test.each(revisions)("conforms to %s in all that the suite requires and that there is of it (S5)", (revision) => {
    const list = expected(revision);
    const results = found.get(revision) ?? expect.unreachable("the suite did not run");
    expect([...results.keys()].toSorted()).toEqual(Object.keys(list).toSorted());
    expect([...results].flatMap(([scenario, checks]) => differences(scenario, checks, list[scenario] ?? "passes"))).toEqual([]);
  });
});
