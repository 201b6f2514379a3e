import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { proveGuarantee } from "../src/guarantee.ts";
import { proveWriting } from "../src/write/prove-writing.ts";
import { openHandles, plant } from "./planted.ts";

test("the start-up self-test proves the guarantee with real links and leaves nothing behind (F1)", () => {
  // Servers of other tests make their proofs in the common place at the same time.
  using own = plant();
  vi.stubEnv("TMPDIR", own.path);
  const before = openHandles();
  const began = performance.now();
  const { level, proofs } = proveGuarantee();
  expect(performance.now() - began).toBeLessThan(500);
  expect(level).toBe("race-free");
  expect(proofs.length).toBeGreaterThanOrEqual(8);
  expect(openHandles()).toBe(before);
  expect(proveWriting().length).toBeGreaterThanOrEqual(5);
  expect(openHandles()).toBe(before);
  expect(readdirSync(own.path)).toEqual([]);
  vi.unstubAllEnvs();
});

test.each(["darwin", "win32", "freebsd"])("refuses to start on %s, in one line, rather than guard by halves", (platform) => {
  const real = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  Object.defineProperty(process, "platform", { ...real, value: platform });
  try {
    expect(() => proveGuarantee()).toThrow(new RegExp(`^path authority is built for Linux only; on ${platform} [^\n]*$`));
  } finally {
    Object.defineProperty(process, "platform", real);
  }
});
