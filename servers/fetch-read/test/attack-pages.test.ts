import { describe, expect, test } from "vitest";
import { activeMarkup } from "./active-markup.ts";
import { attackPages, keyMaterial, maskedPages } from "./attack-pages.ts";
import { leaving, markdownOf } from "./shown.ts";

const own = "https://site.example/x";

/** What is live in a page as the tool gives it, beside links to where the page's own links lead. */
async function liveIn(markdown: string, start?: number, length?: number): Promise<readonly string[]> {
  const shown = await leaving(markdown, start, length);
  const { forbidden, links } = activeMarkup(shown);
  return [...forbidden, ...links.filter((link) => !own.startsWith(link))].map((what) => `${what} in ${shown}`);
}

describe("nothing of an attack is live in the page that leaves, whole and cut (U4)", () => {
  test.each([...attackPages, ...maskedPages])("%s", async (html) => {
    const markdown = await markdownOf(html);
    expect(await liveIn(markdown)).toEqual([]);
    for (let at = 0; at < markdown.length; at += 1) {
      expect(await liveIn(markdown, at)).toEqual([]);
      expect(await liveIn(markdown, 0, at + 1)).toEqual([]);
      expect(await liveIn(markdown, at, 60)).toEqual([]);
    }
  });

  test.each(maskedPages)("nor is the key of %s shown", async (html) => {
    const shown = await leaving(await markdownOf(html));
    expect(shown).toContain("[redacted:private-key]");
    expect(shown).not.toContain(keyMaterial.slice(0, 12));
  });

  test.each(["https://site.example/?`", "https://site.example/?![x](https://evil.example/x.png)", "https://site.example/#<img src=x>"])(
    "nor of the URL that was asked for: %s",
    async (requested) => {
      const shown = await leaving(await markdownOf("<p><code>![i](/zz) &lt;evil></code> `</p>"), 0, 999, requested);
      expect(activeMarkup(shown)).toEqual({ forbidden: [], links: [] });
    },
  );
});
