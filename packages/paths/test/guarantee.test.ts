import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { proveGuarantee } from "../src/guarantee.ts";
import { openHandles } from "./planted.ts";

test("the start-up self-test proves the guarantee with real links and leaves nothing behind (F1)", () => {
  const before = openHandles();
  const began = performance.now();
  const { level, proofs } = proveGuarantee();
  expect(performance.now() - began).toBeLessThan(500);
  expect(level).toBe("race-free");
  expect(proofs.length).toBeGreaterThanOrEqual(8);
  expect(openHandles()).toBe(before);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("postern-proof-"))).toEqual([]);
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
