import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Where a profiled server spent its time: by package, then by function. Idle time is left out of the shares. */
export function profileReport(directory: string): string {
  const files = readdirSync(directory).filter((name) => name.endsWith(".cpuprofile"));
  return files.map((name) => `${join(directory, name)}\n${summary(JSON.parse(readFileSync(join(directory, name), "utf8")) as CpuProfile)}`).join("\n\n");
}

function summary(profile: CpuProfile): string {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const byPackage = new Map<string, number>();
  const byFunction = new Map<string, number>();
  const inclusive = new Map<string, number>();
  let busy = 0;
  for (const [sample, id] of profile.samples.entries()) {
    const node = nodes.get(id);
    const micros = profile.timeDeltas[sample] ?? 0;
    if (node === undefined || node.callFrame.functionName === "(idle)" || micros < 0) continue;
    busy += micros;
    let caller: ProfileNode | undefined = node;
    while (caller !== undefined && !isOurs(caller)) caller = parents.get(caller.id);
    add(byPackage, caller === undefined ? packageOf(node) : packageOf(caller), micros);
    for (const name of callersOf(node, parents)) add(inclusive, name, micros);
    add(byFunction, caller === undefined || caller === node ? nameOf(node) : `${nameOf(node)}  <-  ${nameOf(caller)}`, micros);
  }
  const top = (map: ReadonlyMap<string, number>, many: number) =>
    [...map]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, many)
      .map(([name, micros]) => `  ${((micros / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [
    `busy ${(busy / 1000).toFixed(0)} ms; by package of ours, with what it calls in Node and in libraries:`,
    ...top(byPackage, 12),
    "by function of ours, with everything that it calls while it is on the stack:",
    ...top(inclusive, 30),
    "by function, its own time:",
    ...top(byFunction, 40),
  ].join("\n");
}

function callersOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): ReadonlySet<string> {
  const names = new Set<string>();
  for (let each: ProfileNode | undefined = node; each !== undefined; each = parents.get(each.id)) {
    if (isOurs(each)) names.add(nameOf(each));
  }
  return names;
}

function isOurs(node: ProfileNode): boolean {
  return /\/(?:packages|servers)\//.test(node.callFrame.url) && !node.callFrame.url.includes("/node_modules/");
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const place = shortUrl(url);
  return `${functionName === "" ? "(anonymous)" : functionName}${place === "" ? "" : ` ${place}:${lineNumber + 1}`}`;
}

function add(map: Map<string, number>, name: string, micros: number): void {
  map.set(name, (map.get(name) ?? 0) + micros);
}

function packageOf({ callFrame: { functionName, url } }: ProfileNode): string {
  if (url === "") return functionName.startsWith("(") ? functionName : "built in";
  if (url.startsWith("node:")) return "node";
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  return library ?? /\/((?:packages|servers)\/[^/]+)\//.exec(url)?.[1] ?? "other";
}

function shortUrl(url: string): string {
  return url.replace(/^file:\/\/.*\/node_modules\//, "").replace(/^file:\/\/.*\/((?:packages|servers)\/)/, "$1");
}
