import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";

const program = fileURLToPath(new URL("../bin/postern-filesystem-read.js", import.meta.url));
const places: string[] = [];
const running: ChildProcessWithoutNullStreams[] = [];

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly cache: string;
  stdout(): string;
  stderr(): string;
}

function start(nodeFlags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Started {
  const place = mkdtempSync(join(tmpdir(), "postern-start-"));
  places.push(place);
  const [cache, root] = [join(place, "cache"), join(place, "root")];
  mkdirSync(root);
  return { ...run(place, ["--evidence", join(place, "evidence.db"), root], nodeFlags, env), cache };
}

function run(place: string, args: readonly string[], nodeFlags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Omit<Started, "cache"> {
  const child = spawn(process.execPath, [...nodeFlags, program, ...args], {
    cwd: place,
    env: { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: join(place, "cache"), ...env },
  });
  running.push(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
  return { child, stdout: () => stdout, stderr: () => stderr };
}

const soon = { timeout: 20_000, interval: 20 };

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true });
});

describe("the start", () => {
  /** Appends the URL of every module that is loaded to a file, before it runs. */
  const witness = `
    import { registerHooks } from "node:module";
    import { appendFileSync } from "node:fs";
    registerHooks({ load(url, context, next) { appendFileSync(process.env.WITNESS, url + "\\n"); return next(url, context); } });
  `;

  it("waits for nothing that only calls need: no SDK, no search, no redaction, no YAML", async () => {
    const place = mkdtempSync(join(tmpdir(), "postern-witness-"));
    places.push(place);
    const file = join(place, "loaded");
    const { child, stdout, stderr } = start(["--import", `data:text/javascript,${encodeURIComponent(witness)}`], { WITNESS: file });
    const loaded = (what: RegExp): readonly string[] =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((url) => what.test(url));

    await vi.waitFor(() => expect(stderr()).toContain("tools for local"), soon);
    expect(loaded(/runtime\/dist\/main\.js$/)).toHaveLength(1);
    expect(loaded(/@modelcontextprotocol|re2js|secretlint|\/yaml\/|\/redact-(patterns|scan)|\/paths\/dist\/search-|\/query\.js/)).toEqual([]);

    // the witness would have seen it
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await vi.waitFor(() => expect(stdout()).toContain('"id":1'), soon);
    expect(loaded(/@modelcontextprotocol/).length).toBeGreaterThan(0);
  });

  it("leaves its compiled code for the next one, also where the client kills it", async () => {
    const { child, cache } = start();
    const kept = (): number => readdirSync(join(cache, "postern", "compiled"), { recursive: true }).length;
    await vi.waitFor(() => expect(kept()).toBeGreaterThan(100), soon);
    expect(child.exitCode).toBeNull();
  });

  it("takes its relative paths from where it was started, also for a reload after it stands at its descriptors (S4)", async () => {
    const place = mkdtempSync(join(tmpdir(), "postern-start-"));
    places.push(place);
    mkdirSync(join(place, "root"));
    const card = '{ id: mine, server: filesystem-read, principals: [me], tools: "*", targets: { roots: [{ path: root }] } }';
    const policy = `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes: [${card}]\n`;
    writeFileSync(join(place, "policy.yaml"), policy, { mode: 0o600 });
    const { child, stderr } = run(place, ["--policy", "policy.yaml", "--evidence", "evidence.db"]);
    await vi.waitFor(() => expect(stderr()).toContain("tools for me"), soon);
    expect(readlinkSync(`/proc/${child.pid}/cwd`)).toBe(`/proc/${child.pid}/fd`);
    child.kill("SIGHUP");
    await vi.waitFor(() => expect(stderr()).toContain("the policy was reloaded"), soon);
    expect(stderr()).toContain(`evidence in ${join(place, "evidence.db")}`);
    expect(existsSync(join(place, "evidence.db"))).toBe(true);
  });
});
