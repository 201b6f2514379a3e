import { lstatSync, mkdirSync, readlinkSync, renameSync, rmdirSync, symlinkSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { fromWithin } from "../src/from-within.ts";
import { close, openAmbientDirectory } from "../src/handle.ts";
import { list } from "../src/list.ts";
import { openHandles, plant } from "./planted.ts";
import { patient, rooted } from "./rooted.ts";

const here = (): string => readlinkSync("/proc/self/cwd");

describe("fromWithin", () => {
  test("stands in the held directory, whatever its path leads to by now, and goes back (F3)", () => {
    using tree = plant("outside/f = 0123456789", "root/d/f = abc");
    const held = openAmbientDirectory(tree.at("root/d"));
    const [before, handles] = [here(), openHandles()];
    renameSync(tree.at("root/d"), tree.at("root/away"));
    symlinkSync("../outside", tree.at("root/d"));
    const [inside, size] = fromWithin(held, (within) => [here(), lstatSync(`${within}f`).size]);
    expect([inside, size, here(), openHandles()]).toEqual([tree.at("root/away"), 3, before, handles]);
    // Without the handle the same name is the file outside.
    expect(lstatSync(tree.at("root/d/f")).size).toBe(10);
    close(held);
  });

  test("goes back when the work throws, and when the directory that it came from is gone", () => {
    using tree = plant("root/d/f");
    const held = openAmbientDirectory(tree.at("root/d"));
    const [before, cwd] = [here(), process.cwd()];
    const fails = (): never => {
      throw new Error("the work failed");
    };
    expect(() => fromWithin(held, fails)).toThrow("the work failed");
    expect(here()).toBe(before);
    mkdirSync(tree.at("gone"));
    try {
      process.chdir(tree.at("gone"));
      rmdirSync(tree.at("gone"));
      expect(fromWithin(held, here)).toBe(tree.at("root/d"));
      expect(here()).toBe(`${tree.at("gone")} (deleted)`);
    } finally {
      process.chdir(cwd);
      close(held);
    }
  });

  test("a worker thread, which has no working directory of its own, goes through the handle", async () => {
    using tree = plant("root/d/f = abc");
    const before = here();
    const worker = new Worker(new URL("./within-worker.ts", import.meta.url), { workerData: tree.at("root/d") });
    const answer = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    expect(answer).toEqual({ within: expect.stringMatching(/^\/proc\/\d+\/fd\/\d+\/$/) as string, size: 3, cwd: before });
    expect(here()).toBe(before);
  });

  test("no other work finds the process in a caller's directory while lists with sizes are under way", async () => {
    using tree = rooted(Array.from({ length: 300 }, (_, index) => `root/f${index} = ${index}`));
    const authority = tree.authority();
    const before = here();
    const seen = new Set<string>();
    const looker = setInterval(() => seen.add(here()), 0);
    const watching = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        const { entries } = await list(authority, { signal: patient, sizes: true });
        seen.add(here());
        expect(entries.map(({ size }) => size)).toEqual(entries.map(({ name }) => lstatSync(tree.at(`root/${name}`)).size));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await Promise.all([watching(), watching(), watching()]);
    clearInterval(looker);
    expect([...seen]).toEqual([before]);
  });
});
