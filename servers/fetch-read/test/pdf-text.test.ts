import { createDeflate } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isPdf, pdfText } from "../src/pdf-text.ts";
import { mappedPdf } from "./mapped-pdf.ts";
import { pdfFile, shows } from "./pdf-file.ts";

const { signal } = new AbortController();

async function deflated(megabytes: number): Promise<Buffer> {
  const deflate = createDeflate({ level: 1 });
  const block = Buffer.alloc(1024 * 1024, " ");
  for (let at = 0; at < megabytes; at += 1) deflate.write(block);
  deflate.end();
  const parts: Buffer[] = [];
  for await (const part of deflate) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe("the text of a PDF", () => {
  test("comes page by page, without what stands outside of them or is too small to be seen", async () => {
    const file = pdfFile([shows("one") + shows("unseen", 0.1) + shows("outside", 12, 5000), shows("two")]);
    const { text, pages, hidden } = await pdfText(file, signal);
    expect(text).toBe("one\n\ntwo");
    expect(pages).toBe(2);
    expect(hidden).toBeGreaterThan(0);
  });

  test("ends at 200 pages, and says so", async () => {
    const { text, pages, truncated } = await pdfText(pdfFile(Array.from({ length: 250 }, (_, at) => shows(`page ${at}`))), signal);
    expect(text).toMatch(/page 199$/);
    expect([pages, truncated]).toEqual([250, "pages"]);
  });

  test.each([
    ["damaged", Buffer.from("%PDF-1.4 nothing"), /damaged or encrypted/],
    ["without text", pdfFile([""]), /holds no text on its 1 pages/],
  ])("of one that is %s fails with its code", async (_name, file, says) => {
    await expect(pdfText(file, signal)).rejects.toMatchObject({ code: "net.decode", message: expect.stringMatching(says) });
  });

  test("of a bomb ends in time and memory, and alone (N5)", async () => {
    const bomb = pdfFile([await deflated(1_500)], "/Filter /FlateDecode");
    expect(bomb.length).toBeLessThan(10 * 1024 * 1024);
    await expect(pdfText(bomb, signal)).rejects.toMatchObject({ code: "net.decode", message: expect.stringMatching(/too much memory|longer than 10 seconds/) });
    expect((await pdfText(pdfFile([shows("after")]), signal)).text).toBe("after");
  });

  test("that maps more characters than there are ends at the bound, and this process does not grow (N5)", async () => {
    const bomb = mappedPdf();
    expect(bomb.length).toBeLessThan(2_000);
    const before = process.memoryUsage.rss();
    await expect(pdfText(bomb, signal)).rejects.toMatchObject({ code: "net.decode", message: expect.stringMatching(/too much memory/) });
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
  });

  test("is given up with its call", async () => {
    await expect(pdfText(pdfFile([shows("x")]), AbortSignal.timeout(1))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("is looked for only in what is a PDF and says so", () => {
    expect(isPdf("application/pdf", pdfFile([""]))).toBe(true);
    expect(isPdf("application/pdf", Buffer.from("PK"))).toBe(false);
    expect(isPdf("text/plain", pdfFile([""]))).toBe(false);
  });
});
