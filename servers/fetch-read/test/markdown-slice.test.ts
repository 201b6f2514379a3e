import { describe, expect, it, test } from "vitest";
import { markdownSlice } from "../src/markdown-slice.ts";
import { shownPage } from "../src/shown-page.ts";
import { activeMarkup } from "./active-markup.ts";
import { hostileMarkup } from "./hostile-markup.ts";
import { leaving, markdownOf } from "./shown.ts";

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, seed) => seed);
/** Where the links of those pages lead. */
const own = /^(?:https:\/\/site\.example\/|http:\/\/\[2001:db8::1\]:8080\/$)/;

describe("no text and no page of it is read as a picture, a tag or another link by any parser, wherever it is cut and whatever is masked (U4)", () => {
  test.each(seeds(3))("whole, of pages by 300 seeds: part %d", { timeout: 30_000 }, async (group) => {
    for (const seed of seeds(300)) {
      const { forbidden, links } = activeMarkup(await leaving(await markdownOf(hostileMarkup(group * 300 + seed))));
      expect([...forbidden, ...links.filter((link) => !own.test(link))], `seed ${group * 300 + seed}`).toEqual([]);
    }
  });

  test("cut at every place, from it, to it, and around it", { timeout: 120_000 }, async () => {
    let pages = 0;
    for (const seed of seeds(80)) {
      const markdown = await markdownOf(hostileMarkup(seed));
      const total = [...markdown].length;
      if (total > 250) continue;
      const check = async (start: number, length: number): Promise<void> => {
        const page = await leaving(markdown, start, length);
        const { forbidden, links } = activeMarkup(page);
        pages += 1;
        const live = [...forbidden, ...links.filter((link) => !own.test(link))];
        if (live.length > 0) expect(live, `seed ${seed} from ${start} for ${length}: ${page}`).toEqual([]);
      };
      for (let at = 0; at < total; at += 1) {
        await check(at, total);
        await check(0, at + 1);
        await check(at, 7 + (at % 40));
      }
    }
    expect(pages).toBeGreaterThan(2_500);
  });

  it("though pieces of the same texts that are cut off plainly are", async () => {
    const markdown = await markdownOf("<p>&lt;b&gt; <code>&lt;i&gt;</code></p><pre>a\n&lt;u&gt;</pre>");
    const plain = Array.from(markdown, (_, at) => [...activeMarkup(markdown.slice(at)).forbidden, ...activeMarkup(markdown.slice(0, at)).forbidden]);
    expect(plain.flat().join("\n")).toMatch(/<i>[^]*<u>/);
  });
});

const rows: readonly (readonly [string, string, string, string])[] = [
  ["behind a backslash", "a \\|<b>", "a \\", "\\<b>"],
  ["behind two", "a \\\\|b", "a \\\\", "b"],
  ["in a span of code", "a `b <i>|<u>` c", "a `b <i>`", "`<u>` c"],
  ["at a backtick in one", "``a|`b`` c", "``a``", "`` `b`` c"],
  ["in its opening mark", "a ``|`b`` ``` c", "a ``", "```b`` ``` c"],
  ["before its closing mark", "``a`b|`` <c", "``a`b``", "`` `` <c"],
  ["in its closing mark", "``a`b`|` <c", "``a`b``", "`` `` <c"],
  ["between spans", "`a` |``b`c``", "`a` ", "``b`c``"],
  ["in a block of code", "```js\na |<b>\n```\nc", "```js\na \n```", "```js\n<b>\n```\nc"],
  ["at the start of its line", "```\n|<b>\n```\nc", "```\n```", "```\n<b>\n```\nc"],
  ["in its first line", "````j|s\n<b>\n````", "````j\n````", "````js\n<b>\n````"],
  ["in its last line", "```\n<b>\n``|`\n\\<c", "```\n<b>\n```", "```\n```\n\\<c"],
  ["in one of a list and a quotation", "> - ```\n>   a|b\n>   ```\n> c", "> - ```\n>   a\n>   ```", ">   ```\n>   b\n>   ```\n> c"],
  ["in one that lies deep", "- a\n\n  - - ```\n      a|b\n      ```", "- a\n\n  - - ```\n      a\n      ```", "- - - ```\n      b\n      ```"],
  ["in one that lies deep by an odd number", "> 100. ```\n>      a|b\n>      ```", "> 100. ```\n>      a\n>      ```", "> - -  ```\n>      b\n>      ```"],
  ["in the marks of its line", "> ```\n>| a\n> ```", "> ```\n>\n> ```", "> ```\n> a\n> ```"],
  ["in a link", "[a](http://b/|c) \\<d", "[a](http://b/", "c) \\<d"],
  ["before what would be a fence", "a |~~~ b", "a ", "\\~~~ b"],
  ["between lines", "a\n|\\# b", "a\n", "\\# b"],
];
test.each(rows)("a text that is cut %s", (_name, marked, first, second) => {
  const at = marked.indexOf("|");
  const whole = marked.replace("|", "");
  expect([markdownSlice(whole, 0, at), markdownSlice(whole, at, whole.length)]).toEqual([first, second]);
});

test("the tool's page of Markdown is cut so, its numbers are of the whole, and other texts are given as they are", () => {
  const read = { text: "`a<b>c`", title: undefined, removed: [], truncated: undefined };
  const asked = { requested: "u", source: "https://a.test/", start: 1, length: 4 };
  const markdown = shownPage({ ...read, rawType: undefined }, asked).content[0]?.text;
  expect(markdown).toBe("Contents of u:\n`a<b>`\n\n<error>Content truncated. Call the fetch tool with a start_index of 5 to get more content.</error>");
  expect(shownPage({ ...read, rawType: "text/plain" }, asked).content[0]?.text).toContain("Contents of u:\na<b>\n\n<error>");
});

test.each([
  ["one line", () => "a\\` ".repeat(500_000)],
  ["spans", () => "`a` ``b`c`` ".repeat(160_000)],
  ["fences", () => "```\na\n```\n".repeat(200_000)],
  ["fences in quotations", () => `${"> ".repeat(200)}\`\`\`\n`.repeat(4_900)],
  ["marks that open no fence", () => `${"> ".repeat(1_000_000)}!`],
])("two million characters of %s take less than half a second", (_name, make) => {
  const whole = make();
  markdownSlice(whole, 10, 20);
  // Of the processor, whatever else the machine does.
  const began = process.cpuUsage();
  markdownSlice(whole, whole.length - 20, whole.length - 10);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(500);
});
