import { describe, expect, test } from "vitest";
import { articleOf } from "../src/article.ts";
import { htmlToMarkdown } from "../src/html-to-markdown.ts";
import { simpleHtml } from "../src/simple-html.ts";
import { Turns } from "../src/turns.ts";

const url = "https://site.example/dir/page.html";
const { signal } = new AbortController();
const sentence = "The committee met on Tuesday, discussed the new bridge, and decided, after some debate, to build it. ";

const page = `<!doctype html><html lang=en><head><title>The bridge - The Paper</title><script>var x = "<p>script</p>"</script></head><body>
<header class="masthead"><a href="/">The Paper</a> <a href="/subscribe">Subscribe now</a></header>
<div class="sidebar"><ul><li><a href="/1">Other news</a></li><li><a href="/2">More news</a></li></ul></div>
<article><h1>The bridge</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(4)}
<p>See <a href="../plan?a=1&amp;b=2">the plan</a>, <a href="javascript:steal()">not this</a>. ${sentence}</p>
<pre><code class="language-js">if (a &lt; b &amp;&amp; c) {}</code></pre>
<p style="font-size:0">hidden words, hidden words</p><p class="sr-only">for screens only</p>
<table><tr><th>Year<th>Cost<tr><td>2025<td>3 million</table></article>
<div class="comments"><p>First comment, and it is short.</p></div><footer>Imprint</footer></body></html>`;

describe("the main article of a page", () => {
  test("is what is left of it, with its links, code and tables, and without what is hidden", async () => {
    const article = await articleOf(page, url, signal);
    const { html } = article.found ? article : expect.unreachable(article.why);
    const { text } = await htmlToMarkdown(html, { url, signal });
    expect(text.split("The committee met").length - 1).toBe(17);
    expect(text).toContain("[the plan](https://site.example/plan?a=1&b=2)");
    expect(text).toContain("```js\nif (a < b && c) {}\n```");
    expect(text).toContain("| Year | Cost |");
    expect(text).not.toMatch(/hidden words|for screens|Subscribe|Other news|First comment|Imprint|javascript|steal/);
    expect(article).toMatchObject({ title: expect.stringContaining("The bridge"), hidden: 3 });
  });

  test("is read where the page does not write its head and body", async () => {
    const article = await articleOf(`<title>T</title><div>${`<p>${sentence.repeat(3)}</p>`.repeat(5)}</div>`, url, signal);
    expect(article).toMatchObject({ found: true });
  });

  test.each([
    ["nothing", "", "there is none"],
    ["too deep", "<div>".repeat(300) + sentence, "the page is too large or too deep"],
    ["too large", `<p>${sentence}</p>`.repeat(61_000), "the page is too large or too deep"],
  ])("is missing where the page holds %s", async (_name, html, why) => {
    expect(await articleOf(html, url, signal)).toEqual({ found: false, why });
  });
});

describe("what is given to the parser that builds a tree", () => {
  const inside = async (html: string): Promise<string | undefined> => /<body>(.*)<\/body>/s.exec((await simpleHtml(html, url, signal))?.html ?? "")?.[1];
  const rows: readonly (readonly [string, string, string])[] = [
    ["closed elements", "<p>a<p>b<ul><li>c", "<p>a</p><p>b</p><ul><li>c</li></ul>"],
    ["text that looks like tags", "<p>&lt;script&gt; &amp;amp; &quot;", "<p>&#60;script&#62; &#38;amp; &#34;</p>"],
    ["attributes that look like tags", `<p class='"><script>' id="x" onclick="y" data-z=1>a`, '<p class="&#34;&#62;&#60;script&#62;" id="x">a</p>'],
    [
      "links, absolute",
      "<base href='/other/'><a href=x>a</a><a href='#y'>b</a><a href='data:,z'>c</a>",
      '<a href="https://site.example/other/x">a</a><a href="#y">b</a><a>c</a>',
    ],
    ["nothing that is not shown", "<style>a</style><svg><p>b</svg><noscript><p>c</noscript><iframe>d</iframe><template>e</template><p hidden>f</p>g", "g"],
    ["raw text as text", "<xmp><b>a</xmp><plaintext></p><script>", "<pre>&#60;b&#62;a</pre><pre>&#60;/p&#62;&#60;script&#62;</pre>"],
    ["odd names as spans", "<a:b>x</a:b><x-y>z</x-y>", "<span>x</span><x-y>z</x-y>"],
  ];
  test.each(rows)("%s", async (_name, html, expected) => {
    expect(await inside(html)).toBe(expected);
  });

  test.each([["depth"], ["elements"], ["characters"]] as const)("nothing beyond the limit of %s", async (limit) => {
    const html = "<b><i>xxxxxxxxxxxxxx</i></b>";
    expect(await simpleHtml(html, url, signal, { [limit]: 1 })).toBeUndefined();
    expect(await simpleHtml(html, url, signal, { [limit]: 100 })).toBeDefined();
  });
});

describe("a line of turns", () => {
  test("lets so many in at once, the others in order, and those that leave not at all", async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const leave = new AbortController();
    const work = (name: string) => async () => void order.push(name);
    const all = [
      turns.run(() => first.promise, signal),
      turns.run(work("second"), signal),
      turns.run(work("gone"), leave.signal).catch(() => order.push("left")),
      turns.run(work("third"), signal),
    ];
    leave.abort();
    await all[2];
    expect(order).toEqual(["left"]);
    first.resolve();
    await Promise.all(all);
    expect(order).toEqual(["left", "second", "third"]);
    await turns.run(work("fourth"), signal);
    expect(order.at(-1)).toBe("fourth");
  });
});
