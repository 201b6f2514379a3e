import { Readable } from "node:stream";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBody } from "../src/read-body.ts";

const patient = new AbortController().signal;
const zeros = Buffer.alloc(200 * 1024 * 1024);
const body = (bytes: Buffer, chunk = 16 * 1024): Readable =>
  Readable.from(Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) => bytes.subarray(at * chunk, (at + 1) * chunk)));
const read = (bytes: Buffer, coding: string | readonly string[] | undefined, decodedBytes = 1024 * 1024) =>
  readBody(body(bytes), coding, { signal: patient, decodedBytes });
const failure = (code: string) => expect.objectContaining({ code }) as Error;

describe("a body with its coding undone", () => {
  const text = Buffer.from("h\u00e9llo ".repeat(1000));
  it.each([
    [undefined, text],
    ["identity", text],
    [" GZIP ", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
  ] as const)("%s", async (coding, bytes) => {
    expect((await read(bytes, coding)).equals(text)).toBe(true);
  });

  it.each(["deflate", "zstd", "compress", "gzip, gzip", "gzip,br", "*"])("not %s", async (coding) => {
    await expect(read(gzipSync(text), coding)).rejects.toThrow(failure("net.decode"));
  });

  it("not several header lines", async () => {
    await expect(read(gzipSync(text), ["gzip", "br"])).rejects.toThrow(failure("net.decode"));
  });

  it.each([
    ["gzip", text],
    ["gzip", gzipSync(text).subarray(0, 50)],
    ["gzip", Buffer.concat([gzipSync(text).subarray(0, 30), Buffer.alloc(50, 1)])],
    ["br", Buffer.alloc(100, 0xff)],
    ["gzip", deflateSync(text)],
    ["gzip", zstdCompressSync(text)],
  ] as const)("damaged or other than it says, %s is a failure", async (coding, bytes) => {
    await expect(read(bytes, coding)).rejects.toThrow(failure("net.decode"));
  });
});

describe("a body that grows large", () => {
  const text = Buffer.alloc(300 * 1024, "x");

  it("waits for room with what it has, and goes on", async () => {
    const room = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    let most = 0;
    const enter = (): Promise<void> => {
      entered.resolve();
      return room.promise;
    };
    const reading = readBody(body(text), undefined, {
      signal: patient,
      decodedBytes: 1024 * 1024,
      room: { from: 100 * 1024, enter },
      onProgress: (bytes) => (most = bytes),
    });
    await entered.promise;
    const waited = await Promise.race([reading, new Promise((resolve) => setImmediate(() => resolve("waits")))]);
    expect([waited, most]).toEqual(["waits", 112 * 1024]);
    room.resolve();
    expect((await reading).equals(text)).toBe(true);
  });

  it("ends where there is no room, and asks for none while it is small", async () => {
    const enter = (): Promise<void> => Promise.reject(new Error("no room"));
    const limits = { signal: patient, decodedBytes: 1024 * 1024 };
    await expect(readBody(body(text), undefined, { ...limits, room: { from: 100 * 1024, enter } })).rejects.toThrow("no room");
    expect((await readBody(body(text), undefined, { ...limits, room: { from: text.length, enter } })).equals(text)).toBe(true);
  });
});

describe("bombs (N5)", () => {
  const small = brotliCompressSync(zeros, {
    params: { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS, [constants.BROTLI_PARAM_QUALITY]: 5 },
  });
  it.each([
    ["gzip", gzipSync(zeros, { level: 1 })],
    ["br", small],
    [undefined, zeros],
  ] as const)("200 MiB of %s end at the limit, and never lie in memory", async (coding, bytes) => {
    const before = process.memoryUsage.rss();
    await expect(read(bytes, coding)).rejects.toThrow(failure("net.too_large"));
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("a limit that is met exactly is no failure, and one byte more is", async () => {
    const bytes = gzipSync(zeros.subarray(0, 4096));
    expect(await read(bytes, "gzip", 4096)).toHaveLength(4096);
    await expect(read(bytes, "gzip", 4095)).rejects.toThrow(failure("net.too_large"));
  });

  it("a decoder in the middle of its work ends with the signal", async () => {
    const stop = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          yield gzipSync(zeros.subarray(0, 1024));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    );
    const reading = readBody(endless, "gzip", { signal: stop.signal, decodedBytes: Number.MAX_SAFE_INTEGER });
    setTimeout(() => stop.abort(new Error("enough")), 30);
    await expect(reading).rejects.toThrow("enough");
    expect(endless.destroyed).toBe(true);
  });
});

it("tells how far it is, in decoded bytes", async () => {
  const told: number[] = [];
  await readBody(body(gzipSync(zeros.subarray(0, 300_000))), "gzip", { signal: patient, decodedBytes: 1e6, onProgress: (bytes) => told.push(bytes) });
  expect(told.at(-1)).toBe(300_000);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
});
