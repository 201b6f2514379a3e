import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyCredential } from "@postern/policy";
import { afterAll, describe, expect, it } from "vitest";
import { type Found, keepHelperSecret, openLane, runHelper, Vault } from "../src/index.ts";

const place = mkdtempSync(join(tmpdir(), "postern-helpers-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const token = "canary-7c41d9";
const patient = new AbortController().signal;

/** A helper in shell: small enough to be read beside its test. */
function helper(name: string, script: string): string {
  const path = join(place, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

function secretOf(found: Found): string | undefined {
  return found.found ? found.secret.reveal() : undefined;
}

describe("a helper", () => {
  const given: readonly (readonly [string, string])[] = [
    ["a line", `printf '${token}\\n'`],
    ["a line of Windows", `printf '${token}\\r\\n'`],
    ["no line end", `printf ${token}`],
  ];
  it.each(given)("that prints %s gives the secret", async (name, script) => {
    expect(secretOf(await runHelper([helper(name, script)]))).toBe(token);
  });

  it("gets its arguments as they are, and no shell reads them", async () => {
    expect(secretOf(await runHelper([helper("arguments", 'printf %s "$1"'), "$(id); a b"]))).toBe("$(id); a b");
  });

  it("gets PATH and HOME and nothing of ours, no input, and the root to stand in", async () => {
    const out = join(place, "seen");
    const script = `env | sort > "$1"; cat >> "$1"; pwd >> "$1"; printf ${token}`;
    await runHelper([helper("environment", script), out]);
    const names = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(names.at(-1)).toBe("/");
    // A shell sets some of its own.
    const own = names
      .slice(0, -1)
      .map((line) => line.replace(/=.*/, ""))
      .filter((name) => !["PWD", "_", "OLDPWD", "SHLVL"].includes(name));
    expect(own).toEqual(["HOME", "PATH"]);
  });

  const failing: readonly (readonly [string, string, RegExp])[] = [
    ["fails", `printf ${token}; exit 3`, /exit code 3/],
    ["dies", `printf ${token}; kill -9 $$`, /signal SIGKILL/],
    ["prints nothing", "exit 0", /printed nothing/],
    ["prints an empty line", "echo", /printed nothing/],
    ["prints two lines", `printf '${token}\\nX-Other: ${token}\\n'`, /no credential has/],
    ["prints bytes", "printf 'canary-\\377\\376'", /no credential has/],
    ["prints five characters", "printf abcde", /shorter than 6/],
    ["prints too much", `while :; do echo ${token}${token}${token}; done`, /more than 64 KiB/],
  ];
  it.each(failing)("that %s gives none, and the reason holds nothing of it (S4, R2)", async (name, script, reason) => {
    const found = await runHelper([helper(name.replaceAll(" ", "-"), script)]);
    expect(found).toEqual({ found: false, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(found)).not.toMatch(/canary|abcde/);
  });

  it("that is not there gives none", async () => {
    expect(await runHelper([join(place, "absent")])).toEqual({ found: false, reason: "its helper could not be started (ENOENT)" });
  });

  it("that is too slow is killed with what it started (N5)", async () => {
    const pids = join(place, "pids");
    const path = helper("slow", `echo $$ > "$1"; sleep 600 & echo $! >> "$1"; wait; printf ${token}`);
    const began = performance.now();
    // long enough for the helper to have started
    expect(await runHelper([path, pids], { timeoutMs: 3_000, mostBytes: 100 })).toEqual({ found: false, reason: "its helper did not end within 3 s" });
    expect(performance.now() - began).toBeLessThan(10_000);
    const both = readFileSync(pids, "utf8").trim().split("\n").map(Number);
    expect(both).toHaveLength(2);
    await expect.poll(() => both.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });
});

/** What is dead and not yet waited for by its parent has ended, too. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  try {
    process.kill(pid, 0);
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
  } catch {
    return false;
  }
}

describe("what a helper gave is kept for a while", () => {
  it("and asked for once, however many ask meanwhile", async () => {
    let runs = 0;
    const get = keepHelperSecret(async () => {
      runs += 1;
      return await runHelper([helper("kept", `printf ${token}`)]);
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => get(patient)));
    expect([...new Set(all.map(secretOf)), secretOf(await get(patient)), runs]).toEqual([token, token, 1]);
  });

  it("and asked for again after its time, a failure sooner", async () => {
    let runs = 0;
    const outcomes: readonly Found[] = [{ found: false, reason: "first" }, await runHelper([helper("second", `printf ${token}`)])];
    const get = keepHelperSecret(async () => outcomes[Math.min(runs++, 1)] ?? expect.unreachable("no outcome"), { keepMs: 600_000, retryMs: 0 });
    expect(await get(patient)).toEqual({ found: false, reason: "first" });
    expect(secretOf(await get(patient))).toBe(token);
    expect(secretOf(await get(patient))).toBe(token);
    expect(runs).toBe(2);
    let again = 0;
    const stale = keepHelperSecret(
      async () => {
        again += 1;
        return { found: false, reason: "x" };
      },
      { keepMs: 0, retryMs: 600_000 },
    );
    await stale(patient);
    await stale(patient);
    expect(again).toBe(1);
  });

  it("and a caller that gives up ends its own wait only", async () => {
    const { promise, resolve } = Promise.withResolvers<Found>();
    const get = keepHelperSecret(() => promise);
    const impatient = new AbortController();
    const [one, other] = [get(impatient.signal), get(patient)];
    impatient.abort(new Error("gone"));
    await expect(one).rejects.toThrow("gone");
    resolve({ found: false, reason: "late" });
    expect(await other).toEqual({ found: false, reason: "late" });
  });
});

it("a lane with a helper asks at use, tells its operator why, and is scrubbed from then on", async () => {
  const declared: PolicyCredential = {
    name: "vaulted",
    tenant: "default",
    source: { exec: [helper("lane", `printf ${token}`)] },
    present: { header: "authorization", scheme: "Bearer" },
    hosts: ["docs.acme.example"],
  };
  const vault = new Vault({});
  const told: string[] = [];
  const context = { vault, home: place, base: place, tell: (reason: string) => void told.push(reason) };
  const lane = openLane(declared, context);
  expect(lane.availability).toEqual({ state: "asked at use" });
  expect(vault.scrubber.text(token).count).toBe(0);
  expect(await lane.headersFor("docs.acme.example", patient)).toEqual({ authorization: `Bearer ${token}` });
  expect(vault.scrubber.text(token).text).toBe("[redacted:lane]");

  const broken = openLane({ ...declared, source: { exec: [join(place, "absent")] } }, context);
  await expect(broken.headersFor("docs.acme.example", patient)).rejects.toMatchObject({
    code: "credential.missing",
    message: expect.not.stringContaining(place),
  });
  expect(told).toEqual(["its helper could not be started (ENOENT)"]);
});
