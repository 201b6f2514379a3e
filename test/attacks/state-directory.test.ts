import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tree, withoutGuard } from "@postern/testing";
import { test } from "vitest";
import { expect } from "../expect.ts";
import { startReader, startWriter } from "../subjects.ts";

test("other servers' evidence, in the directory where it lies by default, is in no card, wherever one's own lies (F3, S1)", async () => {
  using files = tree({ "home/notes.txt": "notes", "elsewhere/": "" });
  const theirs = files.at("home/state/postern/evidence.db");
  mkdirSync(dirname(theirs), { recursive: true });
  writeFileSync(theirs, "THEIR RECORDS");
  const env = { XDG_STATE_HOME: files.at("home/state") };
  await using server = await startReader([files.at("home"), "--evidence", files.at("elsewhere/evidence.db")], { env });
  expect(withoutGuard.read(theirs).toString()).toBe("THEIR RECORDS");
  expect(await server.call("read_text_file", { path: theirs })).toDenyWith("path.protected");
  expect(await server.call("list_directory", { path: dirname(theirs) })).toDenyWith("path.protected");
  const searched = await server.call("search_file_contents", { path: files.at("home"), pattern: "THEIR" });
  expect(JSON.stringify(searched)).not.toContain("THEIR RECORDS");
  expect(await server.call("read_text_file", { path: files.at("home/notes.txt") })).toAllow();
});

test("nothing is written where the commands keep the compiled code that they run at the next start (F3)", async () => {
  using files = tree({ "home/.cache/postern/compiled/v/": true, "home/.cache/other": "old" });
  const env = { HOME: files.at("home"), XDG_CACHE_HOME: "" };
  await using server = await startWriter([files.at("home"), "--evidence", files.at("elsewhere/evidence.db")], { env });
  expect(await server.call("write_file", { path: ".cache/postern/compiled/v/code", content: "x" })).toDenyWith("path.protected");
  expect(await server.call("move_file", { source: ".cache/postern", destination: "moved" })).toDenyWith("path.protected");
  expect(await server.call("move_file", { source: ".cache", destination: "moved" })).toDenyWith("path.protected");
  expect(readdirSync(files.at("home/.cache/postern/compiled/v"))).toEqual([]);
  expect(await server.call("write_file", { path: ".cache/other", content: "new" })).toAllow();
});
