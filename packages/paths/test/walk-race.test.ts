import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { list } from "../src/list.ts";
import { pathKind } from "../src/path-kind.ts";
import { searchContents } from "../src/search-contents.ts";
import { searchNames } from "../src/search-names.ts";
import { walk } from "../src/walk.ts";
import { ask, authorityOf, openHandles, plant, scopeOf } from "./planted.ts";
import { type Attacker, compileAttacker, noAttacker } from "./race/attacker.ts";
import { patient } from "./rooted.ts";

const attackMs = 500;
const everything = { excludePatterns: [], limit: 1_000, respectGitignore: true, signal: patient } as const;

/** What each way of looking brings back in one round, as text. */
const looks = {
  walk: (root: string) =>
    within(root, "", async (authority) => {
      const seen: string[] = [];
      for await (const entry of walk(authority, { signal: patient, gitignore: true })) seen.push(entry.relative);
      return seen.join();
    }),
  list: (root: string) => within(root, "swap", async (authority) => JSON.stringify(await list(authority, { signal: patient, sizes: true }))),
  searchNames: (root: string) => within(root, "", async (authority) => (await searchNames(authority, { ...everything, pattern: "**/*" })).matches.join()),
  searchContents: (root: string) =>
    within(root, "", async (authority) => {
      const query = { ...everything, pattern: "e", literal: true, ignoreCase: false, include: [], contextLines: 0 };
      return JSON.stringify((await searchContents(authority, query)).hits);
    }),
};

async function within(root: string, relative: string, look: (authority: ReturnType<typeof authorityOf>) => Promise<string>): Promise<string> {
  const scope = scopeOf([{ path: root }]);
  const resolution = ask(scope, `${root}/${relative}`);
  try {
    return resolution.decision === "deny" ? "" : await look(authorityOf(resolution));
  } catch (error) {
    // The name may stand for a link or for nothing at that moment.
    return (error as { readonly code: string }).code;
  } finally {
    if (resolution.decision === "allow") pathKind.release(resolution);
    pathKind.close(scope);
  }
}

/** As servers without handles do it: look at the name, then use the name again. */
async function lookByName(root: string): Promise<string> {
  try {
    if (lstatSync(`${root}/swap`).isSymbolicLink()) return "";
    const names = readdirSync(`${root}/swap`);
    return names.map((name) => name + readFileSync(`${root}/swap/${name}`, "utf8")).join();
  } catch {
    return "";
  }
}

describe.skipIf(noAttacker !== undefined)(`under a swapping attacker${noAttacker === undefined ? "" : ` (${noAttacker})`}`, () => {
  let attacker: Attacker;
  beforeAll(() => {
    attacker = compileAttacker();
  });
  afterAll(() => attacker[Symbol.dispose]());

  async function attack(tree: readonly string[], swap: readonly [string, string], look: (root: string) => Promise<string>) {
    using planted = plant(...tree);
    const tally = { escapes: 0, inside: 0, swaps: 0 };
    tally.swaps = await attacker.during(planted.at(swap[0]), planted.at(swap[1]), async () => {
      const end = performance.now() + attackMs;
      while (performance.now() < end) {
        const seen = await look(planted.at("root"));
        if (seen.includes("secret")) tally.escapes += 1;
        if (seen.includes("inside")) tally.inside += 1;
        await new Promise(setImmediate);
      }
    });
    return tally;
  }

  const directories = ["root/swap/inside = inside", "outside/secret = secret", "root/link => ../outside"];
  const files = ["root/swap/inside = inside", "root/swap/file = inside too", "outside = secret", "root/swap/link => ../../outside"];

  test.each(Object.entries(looks))("%s never sees what is outside while a directory and a link are swapped (F1, F3)", async (_name, look) => {
    // Threads that are started now hold descriptors for later.
    using warm = plant("root/swap/file");
    await look(warm.at("root"));
    const before = openHandles();
    const tally = await attack(directories, ["root/swap", "root/link"], look);
    expect(tally.escapes).toBe(0);
    expect(tally.inside).toBeGreaterThan(10);
    expect(tally.swaps).toBeGreaterThan(1_000);
    expect(openHandles()).toBeLessThanOrEqual(before);
  });

  test("searchContents never reads outside while a file and a link are swapped (F1, F3)", async () => {
    const tally = await attack(files, ["root/swap/file", "root/swap/link"], looks.searchContents);
    expect(tally.escapes).toBe(0);
    expect(tally.inside).toBeGreaterThan(10);
    expect(tally.swaps).toBeGreaterThan(1_000);
  });

  test("the attacker works: looking at a name and then using it again is led outside", async () => {
    let escapes = 0;
    for (let round = 0; round < 3 && escapes === 0; round += 1) escapes += (await attack(directories, ["root/swap", "root/link"], lookByName)).escapes;
    expect(escapes).toBeGreaterThan(0);
  });
});
