import { describe, expect, test } from "vitest";
import { asksOnly, brands, readersReachNoWriter, recursion, workingDirectory, writers } from "./authority.ts";
import { boundaries } from "./boundaries.ts";
import { readSources, sourceOf } from "./source.ts";

const messages = (path: string, text: string): readonly string[] => boundaries([sourceOf(path, text)]).map((finding) => finding.message);

describe("finds an import that the design forbids", () => {
  const forbidden: readonly (readonly [string, string, string])[] = [
    ["sideways", "packages/paths/src/x.ts", 'import { a } from "@postern/evidence";'],
    ["upwards", "packages/policy/src/x.ts", 'import type { Guard } from "@postern/runtime";'],
    ["from a server into the log", "servers/filesystem-read/src/x.ts", 'import { openEvidence } from "@postern/evidence";'],
    ["from an unknown package", "packages/new/src/x.ts", 'import { a } from "@postern/policy";'],
    ["past a package's exports", "packages/runtime/src/x.ts", 'import { a } from "../../policy/src/codes.ts";'],
    ["of node:fs", "packages/runtime/src/x.ts", 'import { readFileSync } from "node:fs";'],
    ["of fs without its prefix", "packages/runtime/src/x.ts", 'import fs from "fs";'],
    ["of a subpath of node:fs", "servers/filesystem-read/src/x.ts", 'import { readFile } from "node:fs/promises";'],
    ["of node:fs by its type", "packages/policy/src/x.ts", 'import type { Stats } from "node:fs";'],
    ["of node:fs inside a type", "packages/policy/src/x.ts", 'let a: import("node:fs").Stats;'],
    ["of node:fs at run time", "packages/policy/src/x.ts", 'const fs = await import("node:fs");'],
    ["of node:fs by re-export", "packages/policy/src/x.ts", 'export { readFileSync } from "node:fs";'],
    ["of node:fs by require", "packages/policy/src/x.js", 'const fs = require("node:fs");'],
    ["of node:fs by getBuiltinModule", "packages/policy/src/x.ts", 'process.getBuiltinModule("node:fs");'],
    ["of any loader", "packages/policy/src/x.ts", 'import { register } from "node:module";'],
    ["of all loaders", "packages/policy/src/x.ts", 'import module from "node:module";'],
    ["of a loader under another name", "packages/policy/src/x.ts", 'import { createRequire as load } from "node:module";'],
    ["of a native addon", "packages/paths/src/x.ts", "process.dlopen(module, path);"],
    ["of sockets", "packages/runtime/src/x.ts", 'import net from "node:net";'],
    ["of name resolution", "packages/runtime/src/x.ts", 'import { lookup } from "node:dns/promises";'],
    ["of TLS", "packages/credentials/src/x.ts", 'import tls from "node:tls";'],
    ["of HTTP", "servers/filesystem-read/src/x.ts", 'import { request } from "node:https";'],
    ["of child processes", "packages/paths/src/x.ts", 'import { spawn } from "node:child_process";'],
    ["of a second database engine", "packages/runtime/src/x.ts", 'import { DatabaseSync } from "node:sqlite";'],
    ["of better-sqlite3", "packages/runtime/src/x.ts", 'import Database from "better-sqlite3";'],
    ["of undici", "packages/paths/src/x.ts", 'import { fetch } from "undici";'],
    ["of octokit", "packages/runtime/src/x.ts", 'import { Octokit } from "@octokit/rest";'],
    ["of the MCP server library in a server", "servers/filesystem-read/src/x.ts", 'import { McpServer } from "@modelcontextprotocol/server";'],
    ["of a subpath of an owned dependency", "packages/cli/src/x.ts", 'import { a } from "@modelcontextprotocol/server/stdio";'],
    ["of a dependency that nobody owns", "packages/policy/src/x.ts", 'import chalk from "chalk";'],
    ["of the network from the runtime", "packages/runtime/src/guard.ts", 'import { decideHop } from "@postern/network";'],
    ["of the network from serving as such", "packages/runtime/src/http/front.ts", 'import type { Reach } from "@postern/network";'],
    ["of jose from serving as such", "packages/runtime/src/http/authenticate.ts", 'import { jwtVerify } from "jose";'],
    ["of who fetches keys, at the start", "packages/runtime/src/http/front.ts", 'import { createTokenVerifier } from "./tokens/verify-token.ts";'],
    ["of who fetches keys, by re-export", "packages/runtime/src/index.ts", 'export { fetchKeys } from "./http/tokens/fetch-keys.ts";'],
    ["by a computed name", "packages/runtime/src/x.ts", "const a = await import(name);"],
    ["by a require that is kept", "packages/policy/src/yaml-source.ts", "const load = createRequire(import.meta.url);"],
    ["by a require of a computed name", "packages/policy/src/yaml-source.ts", "createRequire(import.meta.url)(name);"],
    ["of another's dependency by a require", "packages/policy/src/yaml-source.ts", 'createRequire(import.meta.url)("undici");'],
    ["by a name put together", "packages/runtime/src/x.ts", 'const a = await import("node:" + "fs");'],
  ];
  test.each(forbidden)("%s", (_name, path, text) => {
    expect(messages(path, text)).toHaveLength(1);
  });
});

describe("lets through what the design allows", () => {
  const allowed: readonly (readonly [string, string])[] = [
    ["packages/paths/src/x.ts", 'import { openSync } from "node:fs"; import type { Deny } from "@postern/policy"; import { RE2JS } from "re2js";'],
    ["packages/runtime/src/policy-source.ts", 'import { openSync } from "node:fs";'],
    ["packages/evidence/src/x.ts", 'import Database from "better-sqlite3"; import { z } from "./y.ts";'],
    ["packages/policy/src/yaml-source.ts", 'import { createRequire } from "node:module"; const yaml = createRequire(import.meta.url)("yaml");'],
    ["packages/cli/src/x.ts", "const server = await import(name);"],
    ["packages/runtime/src/http/tokens/x.ts", 'import { decideHop } from "@postern/network"; import { jwtVerify } from "jose"; import { a } from "./y.ts";'],
    ["packages/runtime/src/http/x.ts", 'import type { a } from "./tokens/y.ts"; const b = await import("./tokens/y.ts");'],
    ["packages/policy/src/x.ts", 'import { createHash } from "node:crypto"; import { z } from "zod";'],
    ["servers/filesystem-read/src/x.ts", 'import { tool } from "@postern/runtime"; import { pathKind } from "@postern/paths";'],
    ["packages/paths/test/x.test.ts", 'import { spawn } from "node:child_process";'],
  ];
  test.each(allowed)("%s", (path, text) => {
    expect(messages(path, text)).toEqual([]);
  });
});

describe("read servers cannot reach a writer (P5)", () => {
  const exported = (specifier: string): string | undefined =>
    ({
      "@postern/paths": "packages/paths/src/index.ts",
      "@postern/paths/write": "packages/paths/src/write/index.ts",
      "@postern/runtime": "packages/runtime/src/index.ts",
    })[specifier];
  const reach = (files: Readonly<Record<string, string>>): readonly string[] =>
    readersReachNoWriter(
      Object.entries(files).map(([path, text]) => sourceOf(path, text)),
      exported,
    ).map((finding) => finding.path);

  test.each([
    ["directly", { "servers/a-read/src/main.ts": 'import { replace } from "@postern/paths/write";' }, "servers/a-read/src/main.ts"],
    [
      "through a file of its own",
      { "servers/a-read/src/main.ts": 'import { a } from "./a.ts";', "servers/a-read/src/a.ts": 'export { replace } from "@postern/paths/write";' },
      "servers/a-read/src/a.ts",
    ],
    [
      "through a package's inside",
      { "servers/a-read/src/main.ts": 'import { a } from "@postern/paths";', "packages/paths/src/index.ts": 'export { replace } from "./write/replace.ts";' },
      "packages/paths/src/index.ts",
    ],
    [
      "from its binary, over the built files, at run time",
      { "servers/a-read/bin/a.js": 'await import("../dist/main.js");', "servers/a-read/src/main.ts": 'await import("@postern/paths/write");' },
      "servers/a-read/src/main.ts",
    ],
    [
      "through two packages",
      {
        "servers/a-read/src/main.ts": 'import { a } from "@postern/runtime";',
        "packages/runtime/src/index.ts": 'export { a } from "./a.ts";',
        "packages/runtime/src/a.ts": 'import { replace } from "@postern/paths/write";',
      },
      "packages/runtime/src/a.ts",
    ],
  ] as const)("finds one reached %s", (_name, files, path) => {
    expect(reach(files as Readonly<Record<string, string>>)).toEqual([path]);
  });

  test("leaves write servers their writers, and terminates on cycles", () => {
    expect(reach({ "servers/a-write/src/main.ts": 'import { replace } from "@postern/paths/write";' })).toEqual([]);
    expect(reach({ "servers/a-read/src/a.ts": 'import "./b.ts";', "servers/a-read/src/b.ts": 'import "./a.ts";' })).toEqual([]);
  });
});

describe("finds authority made outside its owner", () => {
  test.each([
    ["packages/runtime/src/x.ts", "const a = value as Committed;"],
    ["packages/runtime/src/x.ts", "const a = value as unknown as Committed;"],
    ["packages/paths/src/resolve.ts", "const a = [name as EntryName];"],
    ["packages/paths/src/walk.ts", "const a = 3 as Handle;"],
    ["servers/filesystem-read/src/x.ts", "const a = all as readonly Handle[];"],
    ["packages/paths/src/walk.ts", "const a = <Handle>3;"],
    ["packages/runtime/src/x.ts", 'const a = value as import("@postern/policy").Committed;'],
  ])("in %s: %s", (path, text) => {
    expect(brands([sourceOf(path, text)])).toHaveLength(1);
  });

  test("lets the owner make it", () => {
    expect(
      brands([sourceOf("packages/paths/src/handle.ts", "const a = 3 as Handle;"), sourceOf("packages/paths/src/name.ts", "const a = b as EntryName;")]),
    ).toEqual([]);
  });
});

test("finds recursive file system calls beside the walk, however they are spelled", () => {
  for (const text of ["readdirSync(a, { recursive: true });", 'rm(a, { "recursive": true });', "const options = { recursive };"])
    expect(recursion([sourceOf("packages/paths/src/x.ts", text)])).toHaveLength(1);
  expect(recursion([sourceOf("packages/paths/src/x.ts", "readdirSync(a, { recursive: false });")])).toEqual([]);
});

test("finds a function that can change files, or all of them at once, in the paths package (P5)", () => {
  for (const text of [
    'import { writeFileSync } from "node:fs";',
    'import { openSync, unlinkSync } from "node:fs";',
    'import * as fs from "node:fs";',
    'import fs from "node:fs";',
    'import { readFile } from "node:fs/promises";',
    'import { rm as close } from "node:fs";',
  ])
    expect(writers([sourceOf("packages/paths/src/walk.ts", text)])).toHaveLength(1);
  expect(writers([sourceOf("packages/paths/src/walk.ts", 'import { openSync } from "node:fs";')])).toEqual([]);
  expect(writers([sourceOf("packages/paths/src/write/replace.ts", 'import { renameSync } from "node:fs";')])).toEqual([]);
});

test("the checks look at this repository, not at nothing", () => {
  const paths = readSources().map((source) => source.path);
  expect(paths).toEqual(expect.arrayContaining(["packages/policy/src/codes.ts", "servers/filesystem-read/src/server.ts", "test/checks/boundaries.test.ts"]));
  expect(paths.some((path) => path.includes("node_modules") || path.includes("dist/"))).toBe(false);
});

test("finds who moves the working directory, and paths that go to another thread", () => {
  const findings = (path: string, text: string) => workingDirectory([sourceOf(path, text)]).length;
  expect(findings("packages/evidence/src/x.ts", "process.chdir(a);")).toBe(1);
  expect(findings("packages/paths/src/x.ts", 'const { chdir } = process; import { readdir, open as o } from "node:fs";')).toBeGreaterThanOrEqual(3);
  expect(findings("packages/paths/src/x.ts", 'import { type Dirent, close as end, fsync, lstatSync } from "node:fs";')).toBe(0);
  expect(findings("packages/paths/src/descriptors.ts", "process.chdir(a);")).toBe(0);
});

describe("nothing but the network's writers can send what changes something (P5)", () => {
  test.each([
    ["a method named beside them", "packages/network/src/guarded-fetch.ts", 'send("POST");'],
    ["a method named in a read server", "servers/fetch-read/src/fetch.ts", 'page.fetch({ method: "DELETE" });'],
    ["a client of one's own", "packages/network/src/fetch-from.ts", 'import { pinnedClient } from "./pinned-client.ts";'],
    ["a client under another name", "packages/network/src/fetch-from.ts", 'import { pinnedClient as client } from "./pinned-client.ts";'],
    ["the library itself", "packages/network/src/write/send-once.ts", 'import { Client } from "undici";'],
  ])("finds %s", (_name, path, text) => {
    expect(asksOnly([sourceOf(path, text)])).toHaveLength(1);
  });

  test.each([
    ["packages/network/src/write/send-once.ts", 'import { pinnedClient } from "../pinned-client.ts"; send("POST");'],
    ["packages/network/src/pinned-request.ts", 'import { pinnedClient } from "./pinned-client.ts"; send("HEAD");'],
    ["packages/network/src/pinned-client.ts", 'import { Client } from "undici";'],
    ["servers/fetch-write/src/call-tool.ts", 'if (method === "PUT") send();'],
  ])("leaves %s alone", (path, text) => {
    expect(asksOnly([sourceOf(path, text)])).toEqual([]);
  });
});
