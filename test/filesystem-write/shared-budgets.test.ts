import { tree } from "@postern/testing";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, onTestFinished, test } from "vitest";
import { expect } from "../expect.ts";
import { readerBin, startReader, startWriter, writerBin } from "../subjects.ts";

const operator = fileURLToPath(new URL("../../packages/cli/bin/postern.js", import.meta.url));

function ground(budgets: string) {
  const files = tree({ "root/a.txt": "old\n", "policy/": true });
  onTestFinished(() => files.remove());
  const card = (server: string): string =>
    `  - { id: ${server}, server: ${server}, principals: [me], tools: "*", targets: { roots: [{ path: ${JSON.stringify(files.at("root"))} }] }, budget: { owner: team } }\n`;
  const policy = files.at("policy/postern.yaml");
  const head = `version: 1\nprincipals: [{ id: me, tenant: acme, stdio: true }]\n`;
  writeFileSync(policy, `${head}budgets:\n  - { owner: team, calls: 100/day }\n${budgets}routes:\n${card("filesystem-read")}${card("filesystem-write")}`, {
    mode: 0o600,
  });
  return { files, policy, args: ["--policy", policy, "--evidence", files.at("policy/evidence.db")] };
}

describe("a budget of a caller, under two servers that share their evidence (B2, E4)", () => {
  test("holds for both together, and what it refuses is not written", async () => {
    const { files, args } = ground("  - { principal: me, calls: 2/day }\n");
    await using reader = await startReader(args);
    await using writer = await startWriter(args);
    expect(await reader.call("read_text_file", { path: "a.txt" })).toAllow();
    expect(await writer.call("write_file", { path: "a.txt", content: "new\n" })).toAllow();
    for (const denied of [await writer.call("write_file", { path: "a.txt", content: "no\n" }), await reader.call("read_text_file", { path: "a.txt" })]) {
      expect(denied).toDenyWith("budget.exhausted");
      expect(denied.denial?.rule).toBe("budget:principal:calls");
      expect(reader.calls({ call: denied.receipt?.call ?? "none" })).toMatchObject([
        {
          code: "budget.exhausted",
          quota_owner: "team",
          budget: [
            { per: "owner", taken: 0, left: 98 },
            { per: "principal", taken: 0, left: 0, limit: 2 },
          ],
        },
      ]);
    }
    expect(readFileSync(files.at("root/a.txt"), "utf8")).toBe("new\n");
    const out = execFileSync(process.execPath, [operator, "log", "--by", "owner", "--json", "--evidence", files.at("policy/evidence.db")], {
      encoding: "utf8",
    });
    expect(JSON.parse(out)).toMatchObject({ owner: "team", calls: 4, denied: 2, cost: 2, share: { calls: 100 } });
  });

  test("keeps what it gave when a server is killed (E2)", async () => {
    const { args } = ground("  - { tenant: acme, cost: 2/day }\n");
    const first = await startReader(args);
    for (let round = 0; round < 2; round += 1) expect(await first.call("read_text_file", { path: "a.txt" })).toAllow();
    first.process.kill("SIGKILL");
    await first.process.exited;
    await first.close();
    await using second = await startReader(args);
    const denied = await second.call("read_text_file", { path: "a.txt" });
    expect(denied).toDenyWith("budget.exhausted");
    expect(denied.denial?.rule).toBe("budget:tenant:cost");
  });

  test.each([readerBin, writerBin])("is told by --check (B1)", (bin) => {
    const { args } = ground("  - { tenant: acme, bytes: 1MB/hour, cost: 10/day }\n");
    const text = execFileSync(process.execPath, [bin, ...args, "--check"], { encoding: "utf8" });
    expect(text).toContain("budget of team: 100 calls in 86400 s; budget of tenant acme: 1000000 bytes in 3600 s, 10 cost in 86400 s");
  });
});
