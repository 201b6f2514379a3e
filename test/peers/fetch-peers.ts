import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { tree } from "@postern/testing";
import { noIsolation } from "../world/isolation.ts";
import { publicOrigin, startWorld, type World } from "../world/world.ts";
import { Caller } from "./caller.ts";
import { groups, peerCases } from "./cases.ts";
import { install, ours, peerServers } from "./servers.ts";

/**
 * `node test/peers/fetch-peers.ts [FOLDER]`: asks fetch servers of the public registry, and ours, for the same URLs, each of
 * which leads to where a caller must not get, and prints as a Markdown table how many connections were really made there. It
 * runs them in a network namespace of its own, in which every address is listened on; nothing of it leaves the machine. The
 * servers are installed by npm, once, into FOLDER (default: below the user's cache).
 */
const place = process.argv[2] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "postern-peers");
const patience = 8_000;

interface Row {
  readonly title: string;
  readonly through: ReadonlyMap<string, number>;
  readonly silent: number;
  /** Whether a page of the public web was read: a server that reaches nothing at all shows nothing. */
  readonly reads: boolean;
}

async function measure(
  world: World,
  { title, script, args, tool }: { readonly title: string; readonly script: string; readonly args: readonly string[]; readonly tool: string },
): Promise<Row> {
  const within = world.within(script);
  using home = tree({ "home/": true });
  const env = { PATH: process.env["PATH"] ?? "", HOME: home.at("home"), XDG_STATE_HOME: home.at("home/state") };
  const start = async (): Promise<Caller> => {
    const caller = new Caller({ script: within.bin, args: [...within.args, ...args], env });
    await caller.start();
    return caller;
  };
  let caller = await start();
  await world.script({ names: { "page.example": { A: [publicOrigin] } }, answers: { "/": {} } });
  await caller.call(tool, "http://page.example/", patience);
  const reads = (await world.seen()).requests.some(({ host, path }) => host === "page.example" && path === "/");
  const through = new Map<string, number>();
  let silent = 0;
  for (const { group, url, script: told } of peerCases()) {
    if (!caller.running) caller = await start();
    await world.script(told);
    await world.seen();
    if ((await caller.call(tool, url, patience)) === "silent") silent += 1;
    const { trapped } = await world.seen();
    if (trapped.length > 0) through.set(group, (through.get(group) ?? 0) + 1);
  }
  await caller.end();
  process.stderr.write(`${title}: done\n`);
  return { title, through, silent, reads };
}

async function main(): Promise<number> {
  if (noIsolation !== "") {
    process.stderr.write("peers: needs Linux with unshare(1), nsenter(1) and ip(8), and network namespaces that this user may make\n");
    return 1;
  }
  mkdirSync(place, { recursive: true });
  const contestants = peerServers.map((peer) => ({ title: `${peer.name} ${peer.version}`, script: install(peer, place), args: [], tool: peer.tool }));
  using files = tree({ "resolv.conf": "nameserver 127.0.0.1\n", "policy/": true });
  const policy = files.at("policy/postern.yaml");
  writeFileSync(
    policy,
    `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes: [{ id: web, server: fetch-read, principals: [me], tools: "*", targets: { hosts: ["*"] } }]\n`,
    { mode: 0o600 },
  );
  const rows: Row[] = [];
  for (const contestant of [{ title: `**${ours.name}**`, script: ours.script, args: ["--policy", policy], tool: ours.tool }, ...contestants]) {
    await using world = await startWorld({ prepare: `mount --bind ${files.at("resolv.conf")} /etc/resolv.conf` });
    rows.push(await measure(world, contestant));
  }
  process.stdout.write(`${tableOf(rows)}\n`);
  return rows[0]?.through.size === 0 && rows[0].reads ? 0 : 1;
}

function tableOf(rows: readonly Row[]): string {
  const cases = peerCases();
  const counts = groups.map((group) => cases.filter((each) => each.group === group).length);
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["server", ...groups.map((group, at) => `${group} (${counts[at] ?? 0})`), `all (${cases.length})`, "no answer", "reads a public page"]),
    line(["---", ...groups.map(() => "--:"), "--:", "--:", "---"]),
    ...rows.map(({ title, through, silent, reads }) =>
      line([
        title,
        ...groups.map((group) => through.get(group) ?? 0),
        [...through.values()].reduce((sum, each) => sum + each, 0),
        silent,
        reads ? "yes" : "NO",
      ]),
    ),
  ].join("\n");
}

process.exitCode = await main();
