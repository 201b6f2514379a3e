import { server as fetcher } from "@postern/fetch-read";
import { server as sender } from "@postern/fetch-write";
import { server as reader } from "@postern/filesystem-read";
import { server as writer } from "@postern/filesystem-write";
import { policyJsonSchema } from "@postern/policy";
import { server as repoReader } from "@postern/repo-read";
import { server as repoWriter } from "@postern/repo-write";
import { serverShape } from "@postern/runtime";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

describe.each([reader, writer, fetcher, sender, repoReader, repoWriter])("$name", (server) => {
  const folder = join(import.meta.dirname, "../servers", server.name);

  test("the schema that editors complete a policy with is the one that the server reads (S3)", async () => {
    // `-u` writes it anew.
    await expect(`${JSON.stringify(policyJsonSchema([serverShape(server)]), null, 2)}\n`).toMatchFileSnapshot(join(folder, "policy.schema.json"));
  });

  test("the example policy names its schema, which is in the package", () => {
    const [first] = readFileSync(join(folder, "policy.example.yaml"), "utf8").split("\n");
    expect(first).toMatch(/^# yaml-language-server: \$schema=.*policy\.schema\.json$/);
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({ files: expect.arrayContaining(["policy.schema.json"]) });
  });
});
