import { describe, expect, test } from "vitest";
import { htmlToMarkdown } from "../src/html-to-markdown.ts";
import { withoutInvisible } from "@postern/policy";
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
