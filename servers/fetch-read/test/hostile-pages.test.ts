import { describe, expect, test } from "vitest";
import { runArticleJob } from "../src/article-thread.ts";
import { htmlToMarkdown } from "../src/html-to-markdown.ts";
import { withoutInvisible } from "../src/invisible.ts";
import { simpleHtml } from "../src/simple-html.ts";
import { hostilePages } from "./hostile-pages.ts";

const url = "https://site.example/";
const { signal } = new AbortController();
/** Milliseconds of processor time. Most of them take a tenth of it. */
const most = 2_000;

async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe("hostile pages end in time (N5)", () => {
  test.each(hostilePages)("$name, as Markdown", async ({ html }) => {
    const page = html();
    const time = await processorTime(async () => {
      const { text } = await htmlToMarkdown(page, { url, signal });
      const shown = withoutInvisible(text).text;
      // No more than the limit, and what its last element may add.
      expect(shown.length).toBeLessThan(4_100_000);
      expect(shown).not.toMatch(/javascript:/);
    });
    expect(time).toBeLessThan(most);
  });

  test.each(hostilePages)("$name, before an article is looked for", async ({ html }) => {
    const page = html();
    const time = await processorTime(async () => {
      const simple = await simpleHtml(page, url, signal);
      expect(simple?.html.length ?? 0).toBeLessThan(4_100_000);
      expect(simple?.html ?? "").not.toMatch(/<script|<style|<svg|onerror=|javascript:/i);
    });
    expect(time).toBeLessThan(most);
  });
});

describe("the thread that looks for articles", () => {
  const deep = "<div>".repeat(60_000);
  const wide = `<html><body>${"<br>".repeat(2_000_000)}</body></html>`;

  test("ends after four seconds", async () => {
    expect(await runArticleJob({ html: deep }, signal)).toEqual({ failed: "time" });
  });

  test("takes no more memory than it is given, and ends alone", async () => {
    const before = process.memoryUsage().rss;
    const end = await runArticleJob({ html: wide }, signal);
    // What comes first depends on how fast the machine looks for memory to free.
    expect(end).toSatisfy(({ failed }: { failed?: string }) => failed === "memory" || failed === "time");
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  });

  test("ends with its call", async () => {
    const started = performance.now();
    await expect(runArticleJob({ html: deep }, AbortSignal.timeout(200))).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
