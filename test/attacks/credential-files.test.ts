import { writeFileSync } from "node:fs";
import { tree, withoutGuard } from "@postern/testing";
import { test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

test("the file of a credential is in no card, whichever server it is for (R2, F3)", async () => {
  using files = tree({ "policy/": true, "home/secrets/": true, "home/notes.txt": "notes" });
  const kept = files.at("home/secrets/plain-name");
  writeFileSync(kept, "canary-file-18", { mode: 0o600 });
  const lines = [
    "version: 1",
    "principals: [{ id: me, stdio: true }]",
    `credentials: { docs: { source: { file: ../home/secrets/plain-name }, hosts: [docs.example] } }`,
    "routes:",
    `  - { id: files, server: filesystem-read, principals: [me], tools: "*", redact: none, targets: { roots: [{ path: ${files.at("home")} }] } }`,
  ];
  writeFileSync(files.at("policy/postern.yaml"), lines.join("\n"), { mode: 0o600 });
  await using server = await startReader(["--policy", files.at("policy/postern.yaml")]);
  expect(withoutGuard.read(kept).toString()).toBe("canary-file-18");
  expect(await server.call("read_text_file", { path: kept })).toDenyWith("path.protected");
  const searched = await server.call("search_file_contents", { path: files.at("home"), pattern: "canary" });
  expect(JSON.stringify(searched)).not.toContain("canary-file-18");
  expect(await server.call("read_text_file", { path: files.at("home/notes.txt") })).toAllow();
});
