import { closeSync, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pathKind } from "../src/path-kind.ts";
import { compileAttacker, noAttacker, type Attacker } from "./race/attacker.ts";
import { ask, authorityOf, openHandles, plant, scopeOf, type Planted } from "./planted.ts";

/** Long enough for a million swaps; the ten-second runs of every tool belong to the race suite of the whole project. */
const attackMs = 650;

interface Attack {
  readonly name: string;
  readonly tree: readonly string[];
  /** The two names that are swapped, and the file that is asked for; all below the root. */
  readonly swap: readonly [string, string];
  readonly read: string;
}

const directoryAttack: Attack = {
  name: "a directory and a link that leads out",
  tree: ["root/swap/file = inside", "outside/file = secret", "root/link => ../outside"],
  swap: ["root/swap", "root/link"],
  read: "root/swap/file",
};

const attacks: readonly Attack[] = [
  directoryAttack,
  {
    name: "a file and a link that leads out",
    tree: ["root/d/file = inside", "outside/file = secret", "root/d/link => ../../outside/file"],
    swap: ["root/d/file", "root/d/link"],
    read: "root/d/file",
  },
  {
    name: "a directory inside and one outside, asked for with ..",
    tree: ["root/deep/swap/x/file = inside", "root/deep/file = inside", "outside/x/file = secret", "file = secret"],
    swap: ["root/deep/swap", "outside"],
    read: "root/deep/swap/x/../../file",
  },
];

interface Tally {
  calls: number;
  escapes: number;
  inside: number;
}

/** Calls in short slices, so that the attacker on the same cores gets its turns and the pipes are served. */
async function repeat(call: () => string | undefined): Promise<Tally> {
  const tally = { calls: 0, escapes: 0, inside: 0 };
  const end = performance.now() + attackMs;
  while (performance.now() < end) {
    for (let i = 0; i < 200; i++) {
      const content = call();
      tally.calls++;
      if (content === "secret") tally.escapes++;
      if (content === "inside") tally.inside++;
    }
    await new Promise(setImmediate);
  }
  return tally;
}

function realpathThenOpen(path: string, root: string): string | undefined {
  try {
    const real = realpathSync(path);
    if (!real.startsWith(`${root}/`)) return undefined;
    const descriptor = openSync(real, "r");
    try {
      return fstatSync(descriptor).isFile() ? readFileSync(descriptor, "utf8") : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

describe.skipIf(noAttacker !== undefined)(`under a swapping attacker${noAttacker === undefined ? "" : ` (${noAttacker})`}`, () => {
  let attacker: Attacker;
  beforeAll(() => {
    attacker = compileAttacker();
  });
  afterAll(() => attacker[Symbol.dispose]());

  async function attack({ tree, swap: [one, other] }: Attack, call: (planted: Planted) => () => string | undefined): Promise<Tally & { swaps: number }> {
    using planted = plant(...tree);
    let tally: Tally | undefined;
    const swaps = await attacker.during(planted.at(one), planted.at(other), async () => {
      tally = await repeat(call(planted));
    });
    return { swaps, ...(tally as Tally) };
  }

  test.each(attacks)("never reads outside while $name are swapped (F1, F3)", async (one) => {
    const codes = new Map<string, number>();
    const before = openHandles();
    const tally = await attack(one, (planted) => {
      const scope = scopeOf([{ path: planted.at("root") }]);
      return () => {
        const resolution = ask(scope, planted.at(one.read), { operation: "file" });
        if (resolution.decision === "deny") {
          codes.set(resolution.code, (codes.get(resolution.code) ?? 0) + 1);
          return undefined;
        }
        try {
          if (resolution.held.type !== "file") return undefined;
          using file = authorityOf(resolution).open();
          return file.readNow(0, 100).toString();
        } finally {
          pathKind.release(resolution);
        }
      };
    });
    expect(tally.escapes).toBe(0);
    expect(tally.inside).toBeGreaterThan(100);
    expect(tally.swaps).toBeGreaterThan(1000);
    // Every refusal says that the path led out or kept changing, and nothing else.
    for (const code of codes.keys()) expect(["path.symlink_escape", "path.raced", "path.outside_root"]).toContain(code);
    // One handle is the scope's root.
    expect(openHandles()).toBe(before + 1);
  });

  test("the attacker works: checking the real path and then opening it is led outside", async () => {
    // A single round may be unlucky; three without one escape would mean that the attack is none.
    let escapes = 0;
    for (let round = 0; round < 3 && escapes === 0; round++) {
      const tally = await attack(directoryAttack, (planted) => () => realpathThenOpen(planted.at("root/swap/file"), planted.at("root")));
      escapes += tally.escapes;
    }
    expect(escapes).toBeGreaterThan(0);
  });
});
