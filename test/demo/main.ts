import { startServer, tree, withoutGuard, witness, type Answer, type RunningServer, type Tree } from "@postern/testing";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readerBin, writerBin } from "../subjects.ts";
import { bold, faint, green, heading, red, say } from "./narrator.ts";
import { showWeb } from "./web.ts";

// Put together here, so that no scanner takes the demo's own source for a leak.
const token = `ghp_${"a1B2c3D4e5F6g7H8i9J0".repeat(2).slice(0, 36)}`;
const operator = fileURLToPath(new URL("../../packages/cli/bin/postern.js", import.meta.url));

/** `pnpm demo`: the real server as a process, a real client, a real folder, and the record of it all. Exits 1 when anything is not as told. */
const failures: string[] = [];
using folder = tree({
  "notes/welcome.md": "# Welcome\nThis folder is shared with the model.\n",
  "notes/2026/plan.md": "1. read\n2. think\n3. write\n",
  "notes/deploy.md": `Deploy with:\n\n    export GITHUB_TOKEN=${token}\n    ./deploy.sh\n`,
  "notes/.env": "DATABASE_PASSWORD=hunter2\n",
  "notes/shortcut => ../private": true,
  "private/diary.md": "Nobody was meant to read this.\n",
  "notes-old/draft.md": "An old draft, not shared.\n",
});

heading("One folder is shared: notes/. Beside it lie private/ and notes-old/, which are not.");
say(faint("The server is the built binary; the client speaks the protocol revision 2026-07-28 with it."));
{
  await using server = await startServer({ bin: readerBin, args: [folder.at("notes")], era: "2026" });
  say(`It offers ${(await server.list()).length} tools, all for reading: ${faint((await server.list()).join(", "))}`);
  await allowedReads(server, folder);
  await deniedNeighbors(server, folder);
  await masking(server, folder);
  await writing(server, folder);
  await showWeb({ evidence: server.evidence, policy: folder.at("postern.yaml"), shown, expected });
  evidence(server);
}

heading(failures.length === 0 ? green("All of it happened as told.") : red("Not as told:"));
for (const failure of failures) say(red(`  ${failure}`));
process.exitCode = failures.length === 0 ? 0 : 1;

async function allowedReads(server: RunningServer, { at }: Tree): Promise<void> {
  heading("1. What the folder's card gives is answered, each time with a receipt");
  shown("list_directory notes", await server.call("list_directory", { path: at("notes") }));
  shown("read_text_file notes/welcome.md", await server.call("read_text_file", { path: at("notes/welcome.md") }));
  shown('search_file_contents notes "think"', await server.call("search_file_contents", { path: at("notes"), pattern: "think" }));
}

async function deniedNeighbors(server: RunningServer, { root, at }: Tree): Promise<void> {
  heading("2. Its neighbors are refused before the tool runs, though each path works for any program without a guard");
  const neighbors: readonly (readonly [string, string, string])[] = [
    ["a step up and over", `${at("notes")}/../private/diary.md`, "path.outside_root"],
    ["a sibling whose name begins alike", at("notes-old/draft.md"), "path.outside_root"],
    ["a symbolic link that leads out", at("notes/shortcut/diary.md"), "path.symlink_escape"],
    ["a file of passwords inside", at("notes/.env"), "path.protected"],
    ["the system's own files", "/etc/passwd", "path.outside_root"],
  ];
  for (const [, path] of neighbors) withoutGuard.read(path);
  const watch = witness(root);
  for (const [name, path, code] of neighbors) {
    const answer = await server.call("read_text_file", { path });
    say(`  ${red("refused")}  ${name}  ${faint(path.replace(root, "…"))}`);
    say(`           ${bold(answer.denial?.code ?? "no denial")}: ${answer.denial?.message.replaceAll(root, "…") ?? answer.text}`);
    expected(answer.denial?.code === code, `${name} should be denied ${code}`);
  }
  const { reads, changes } = watch.seen();
  expected(reads.length === 0 && changes.length === 0, "nothing should be read or changed");
  say(`  ${green("checked")}  by access times and checksums: nothing was read, nothing was changed`);
}

async function masking(server: RunningServer, { at }: Tree): Promise<void> {
  heading("3. A secret in a shared file is masked on the way out, and the caller is told");
  const answer = await server.call("read_text_file", { path: at("notes/deploy.md") });
  shown("read_text_file notes/deploy.md", answer);
  say(`  ${green("masked")}   ${answer.redactions.map(({ kind, count }) => `${count} × ${kind}`).join(", ")}`);
  expected(!answer.text.includes(token) && answer.redactions.length > 0, "the token should be masked");
}

async function writing(reader: RunningServer, { root, at }: Tree): Promise<void> {
  heading("4. A server of its own writes: whole files or none, inside or not at all, and only what was meant");
  await using server = await startServer({ bin: writerBin, args: [at("notes"), "--evidence", reader.evidence], era: "2026" });
  say(`It offers ${(await server.list()).length} tools: ${faint((await server.list()).join(", "))}`);
  const plan = at("notes/2026/plan.md");
  const before = await reader.call("get_file_info", { path: plan, sha256: true });
  const digest = /^sha256: (.*)$/m.exec(before.text)?.[1] ?? "";
  shown(
    "edit_file notes/2026/plan.md",
    await server.call("edit_file", { path: plan, edits: [{ oldText: "3. write", newText: "3. write it down" }], ifMatch: digest }),
  );
  const edited = readFileSync(plan, "utf8");
  await refused(server, "a change to what the file was before that edit", "write_file", { path: plan, content: "1. forget\n", ifMatch: digest }, "fs.conflict");
  await refused(server, "an edit that could mean three places", "edit_file", { path: plan, edits: [{ oldText: ". ", newText: ") " }] }, "fs.ambiguous_match");
  expected(readFileSync(plan, "utf8") === edited, "a failed change should change nothing");
  const watch = witness(root);
  await refused(server, "a hook that git would run", "write_file", { path: at("notes/.git/hooks/post-checkout"), content: "#!/bin/sh\n" }, "path.protected");
  await refused(server, "a file through the link that leads out", "write_file", { path: at("notes/shortcut/diary.md"), content: "x" }, "path.symlink_escape");
  await refused(server, "a note moved out of the folder", "move_file", { source: plan, destination: at("private/plan.md") }, "path.outside_root");
  expected(watch.seen().changes.length === 0, "no refused change should change anything");
  say(`  ${green("checked")}  by checksums: none of these changed anything`);
}

async function refused(server: RunningServer, name: string, tool: string, input: Readonly<Record<string, unknown>>, code: string): Promise<void> {
  const answer = await server.call(tool, input);
  const told = answer.denial ?? answer.failure;
  say(`  ${red("refused")}  ${name}  ${faint(tool)}`);
  say(`           ${bold(told?.code ?? "not refused")}: ${told?.message.replaceAll(folder.root, "…") ?? answer.text}`);
  expected(told?.code === code, `${name} should be refused ${code}`);
}

function evidence(server: RunningServer): void {
  heading("6. The record of all of it, as the operator sees it (postern log)");
  const { stdout, stderr, status } = spawnSync(process.execPath, [operator, "log", "--evidence", server.evidence], {
    encoding: "utf8",
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1", COLUMNS: String(process.stdout.columns) }) },
  });
  say(stdout.trimEnd() || stderr);
  expected(status === 0, "postern log should work");
  const records = server.calls();
  expected(records.length === 23, `there should be 23 records, one for each call of the three servers; there are ${records.length}`);
  const led = records.find((record) => record.code === "path.symlink_escape");
  say(`\n  The caller was not told where the link leads. The record of that call knows:`);
  say(faint(`  ${JSON.stringify(led?.targets[0]?.symlinks)}`));
  const edited = records.find((record) => record.tool === "edit_file" && record.outcome === "ok");
  say(`  And of the edit that was made it knows size and digest before and after:`);
  say(faint(`  ${JSON.stringify(edited?.changes)}`));
}

function shown(what: string, answer: Answer): void {
  say(`  ${answer.isError ? red("failed ") : green("allowed")}  ${what}  ${faint(`receipt ${answer.receipt?.index ?? "missing"}`)}`);
  for (const line of answer.text.trimEnd().replaceAll(folder.root, "…").split("\n").slice(0, 8)) say(faint(`           │ ${line}`));
  expected(!answer.isError && answer.receipt !== undefined, `${what} should be allowed`);
}

function expected(held: boolean, what: string): void {
  if (!held) failures.push(what);
}
