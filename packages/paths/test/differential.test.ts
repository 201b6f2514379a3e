import { mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pathKind } from "../src/path-kind.ts";
import { modelOutcome, node, type ModelNode } from "./reference-model.ts";
import { openHandles, outcomeOf, plant, scopeOf } from "./planted.ts";

const rounds = 40;
const pathsPerRound = 60;
/** A failure prints it; POSTERN_SEED set to it brings the same trees and paths again. */
const seed = Number(process.env["POSTERN_SEED"] ?? Date.now() % 2 ** 31);

/** Mulberry32: small, and the same on every machine. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ["a", "b", "c", "d"];

function randomText(random: () => number, longest: number): string {
  const pick = (): string => {
    const draw = random();
    if (draw < 0.3) return "..";
    if (draw < 0.36) return ".";
    return names[Math.floor(random() * names.length)] ?? "a";
  };
  const parts = Array.from({ length: 1 + Math.floor(random() * longest) }, pick);
  return parts.join(random() < 0.1 ? "//" : "/") + (random() < 0.15 ? "/" : "");
}

/** Grows the same random tree on disk and in the model. */
function grow(random: () => number, disk: string, at: ModelNode, depth: number): void {
  for (const name of names) {
    const draw = random();
    const place = `${disk}/${name}`;
    if (draw < 0.4 && depth < 4) {
      const child = node("directory", name, at);
      at.children.set(name, child);
      mkdirSync(place);
      grow(random, place, child, depth + 1);
    } else if (draw < 0.55) {
      at.children.set(name, node("file", name, at));
      writeFileSync(place, name);
    } else if (draw < 0.9) {
      const target = random() < 0.05 ? "/etc" : randomText(random, 4);
      at.children.set(name, node("link", name, at, target));
      symlinkSync(target, place);
    }
  }
}

test("agrees with an independent model and with the kernel on random trees of directories, links and .. (F1)", () => {
  const random = generator(seed);
  const before = openHandles();
  const seen = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    using tree = plant("above/root/");
    const top = tree.at("above/root");
    const model = node("directory", "", undefined);
    grow(random, top, model, 0);
    const scope = scopeOf([{ path: top }]);
    for (let count = 0; count < pathsPerRound; count++) {
      const raw = randomText(random, 7);
      const gives = outcomeOf(scope, random() < 0.5 ? `${top}/${raw}` : raw);
      const wanted = modelOutcome(model, raw);
      const where = { seed, round, raw };
      // What is allowed is what the kernel finds at the same path.
      const kernel = gives.startsWith("deny") || gives.startsWith("allow missing") ? undefined : kernelOutcome(top, raw);
      expect({ ...where, gives, kernel }).toEqual({ ...where, gives: wanted, kernel: kernel === undefined ? undefined : wanted });
      const kind = gives.startsWith("deny") ? gives : gives.split(" ", 2).join(" ");
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    pathKind.close(scope);
  }
  // The trees were worth it: every kind of outcome came up.
  const kinds = ["allow file", "allow directory", "allow missing", "deny path.outside_root parent-traversal", "deny path.symlink_escape symlink-escape"];
  expect(kinds.filter((kind) => (seen.get(kind) ?? 0) < 10)).toEqual([]);
  expect(openHandles()).toBe(before);
});

function kernelOutcome(top: string, raw: string): string {
  const real = realpathSync.native(`${top}/${raw}`);
  return `allow ${statSync(real).isDirectory() ? "directory" : "file"} ${real.slice(top.length + 1)}`;
}
