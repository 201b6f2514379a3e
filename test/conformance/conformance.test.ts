import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyOf, writePolicy } from "../serving/callers.ts";
import { fetchBin, readerBin, senderBin, writerBin } from "../subjects.ts";
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
    const differences = [...results].flatMap(([scenario, checks]) => compare(scenario, checks, list[scenario] ?? "passes"));
    expect(differences).toEqual([]);
  });
});

/** What went another way than the list has it, in either direction. */
function compare(scenario: string, checks: readonly SuiteCheck[], expected: Expected): readonly string[] {
  const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
  // That messages fit the schema is looked at in each scenario, and is not what any is about.
  const looked = checks.some(({ id, status }) => status === "SUCCESS" && id !== "wire-schema-valid");
  if (expected !== "passes" && expected.checks === undefined) return bad.length > 0 || !looked ? [] : [`${scenario} passes, and is listed as not applicable`];
  if (!looked) return [`${scenario} found nothing to look at`];
  const listed = new Set(expected === "passes" ? [] : expected.checks);
  const failed = new Set(bad.map(({ id }) => id));
  return [
    ...bad.filter(({ id }) => !listed.has(id)).map(({ id, errorMessage }) => `${scenario}: ${id}: ${errorMessage ?? "failed"}`),
    ...[...listed].filter((id) => !failed.has(id)).map((id) => `${scenario}: ${id} passes, and is listed as not applicable`),
  ];
}
