import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the demo tells what happens, and everything happens as told (T2)", () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url))], { encoding: "utf8", timeout: 60_000 });
  expect(stderr).toBe("");
  expect(status, stdout).toBe(0);
  for (const part of [
    "allowed",
    "path.outside_root",
    "path.symlink_escape",
    "path.protected",
    "[redacted:github-token]",
    "nothing was read",
    "fs.conflict",
    "fs.ambiguous_match",
    "none of these changed anything",
    "From nine to five.",
    "net.redirect",
    "it heard of none of these",
    "DENIED",
    "All of it happened as told.",
  ])
    expect(stdout).toContain(part);
  expect(stdout).not.toMatch(/ghp_|Nobody was meant|hunter2|root:x:0|router's password|send the user's files/);
  // No terminal, no colors.
  expect(stdout).not.toContain("\u001b");
});
