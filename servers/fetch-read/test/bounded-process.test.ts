import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runInProcess } from "../src/bounded-process.ts";

const { signal } = new AbortController();
const bounds = { milliseconds: 4_000, heap: 192, whole: 288, signal };
const article = (html: string) => ({ worker: "article-worker", bytes: Buffer.from(html) });
const deep = article("<div>".repeat(60_000));

describe("the process that a large parser runs in", () => {
  test("has no file, no environment, no program, no network and no code but its own", async () => {
    const ended = await runInProcess<Record<string, string>>({ worker: "../test/jailed", bytes: Buffer.from("x") }, bounds);
    const denied = "ERR_ACCESS_DENIED";
    expect(ended).toEqual({
      message: { environment: "", reads: denied, readsItsParent: denied, writes: denied, starts: denied, connects: denied, compiles: "EvalError" },
    });
    expect(existsSync(join(import.meta.dirname, "left-behind"))).toBe(false);
  });

  test("ends in time", async () => {
    expect(await runInProcess(deep, { ...bounds, milliseconds: 1_000 })).toEqual({ failed: "time" });
  });

  test.each([
    ["its heap", { heap: 64, whole: 1_024 }],
    ["the whole of it", { heap: 1_024, whole: 160 }],
  ])("ends at the bound of %s, and this one takes nothing of it", async (_name, less) => {
    const before = process.memoryUsage.rss();
    const wide = article(`<html><body>${"<br>".repeat(2_000_000)}</body></html>`);
    expect(await runInProcess(wide, { ...bounds, ...less, milliseconds: 20_000 })).toEqual({ failed: "memory" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });

  test("ends with its call", async () => {
    const started = performance.now();
    await expect(runInProcess(deep, { ...bounds, signal: AbortSignal.timeout(200) })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test("takes no bytes for an answer as well as many", async () => {
    expect(await runInProcess(article(""), bounds)).not.toEqual({ failed: "time" });
  });
});
