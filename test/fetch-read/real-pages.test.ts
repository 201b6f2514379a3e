import { describe, expect, test } from "vitest";
import { articleOf } from "../../servers/fetch-read/src/article.ts";
import { htmlToMarkdown } from "../../servers/fetch-read/src/html-to-markdown.ts";
import { convertByOthers, realPages, shareOf, wordsOf } from "./real-pages.ts";

const url = "http://site.example/test/page.html";
const { signal } = new AbortController();
const pages = realPages();

async function markdownOf(html: string): Promise<string> {
  return (await htmlToMarkdown(html, { url, signal })).text;
}

const unseen = [
  '<span style="display:none">qxunseen</span>',
  "<b hidden>qxunseen</b>",
  '<i aria-hidden="true">qxunseen</i>',
  '<span class="sr-only">qxunseen</span>',
  '<span style="font-size:0px">qxunseen</span>',
  '<span style="position:absolute;left:-9999px">qxunseen</span>',
  '<img alt="qxunseen" src="x"><span title="qxunseen"></span><!-- qxunseen -->',
  "<script>qxunseen</script><style>qxunseen</style><template>qxunseen</template>",
  "<svg><text>qxunseen</text></svg>",
];

describe("real pages", () => {
  test("are there", () => {
    expect(pages.length).toBeGreaterThan(35);
  });

  test.each(pages)(
    "$name: our text keeps the article's words, in the judgment of Readability's authors and of readability + turndown",
    async ({ html, article }) => {
      const ours = wordsOf(await markdownOf(html));
      expect(shareOf(wordsOf(await markdownOf(article)), ours)).toSatisfy(({ share }: { share: number }) => share >= 0.99);
      expect(shareOf(wordsOf(convertByOthers(html)), ours)).toSatisfy(({ share }: { share: number }) => share >= 0.99);
    },
  );

  test.each(pages)("$name: no word of a hidden element comes out, wherever it stands (U4)", async ({ html }) => {
    let at = 0;
    const planted = html.replaceAll(/<(?:p|br|div|pre)(?:\s[^>]*)?>/gi, (tag) => tag + (unseen[at++ % unseen.length] ?? ""));
    expect(at).toBeGreaterThan(0);
    expect(await markdownOf(planted)).not.toContain("qxunseen");
  });
});

test("the article alone keeps what readability + turndown keep of all pages together", async () => {
  const wanted: string[] = [];
  const given: string[] = [];
  for (const [at, { html }] of pages.entries()) {
    const article = await articleOf(html, url, signal);
    // Words of different pages are different words.
    const of = (words: readonly string[]) => words.map((word) => `${at} ${word}`);
    given.push(...of(wordsOf(article.found ? await markdownOf(article.html) : "")));
    wanted.push(...of(wordsOf(convertByOthers(html))));
  }
  expect(shareOf(wanted, given).share).toBeGreaterThan(0.97);
}, 240_000);

describe("pages like those of an encyclopedia and of a reference", () => {
  const encyclopedia = `<html><head><title>Heron - Encyclopedia</title></head><body><div id="mw-navigation" role="navigation"><a href="/">Main page</a></div>
<main id="content"><h1>Heron</h1><div id="siteSub" class="noprint" style="display: none">From the free encyclopedia</div>
<table class="infobox"><caption>Heron</caption><tr><th>Family</th><td><a href="/wiki/Ardeidae">Ardeidae</a></td></tr><tr><th>Length</th><td>86\u00a0cm</td></tr></table>
<p>The <b>heron</b> is a bird<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup> that stands in water.<span style="display:none">hidden sort key</span></p>
<div id="toc"><ul><li><a href="#Diet"><span>1</span> <span>Diet</span></a></li></ul></div>
<h2><span class="mw-headline" id="Diet">Diet</span><span class="mw-editsection">[<a href="/edit">edit</a>]</span></h2>
<p>It eats fish (<i>Cyprinus</i>), and <a href="/wiki/Frog_(animal)">frogs</a>.</p>
<table class="wikitable"><tr><th>Prey<th>Share</tr><tr><td>fish<td>80%</tr><tr><td>frogs<td>20%</tr></table>
<ol class="references"><li id="cite_note-1"><a href="#cite_ref-1">^</a> <cite>Birds</cite>, p. 7</li></ol></main></body></html>`;
  const reference = `<html><body><nav><ol><li>Docs</ol></nav><main><article><header><h1>slice()</h1></header>
<p>The <strong><code>slice()</code></strong> method returns a copy.</p><h2 id="syntax"><a class="anchor" href="#syntax">Syntax</a></h2>
<div class="code-example"><p class="example-header"><span class="language-name">js</span><button>Copy</button></p><pre class="brush: js"><code class="language-js"><span class="token">slice</span>(start)
slice(start, end)
</code></pre></div><dl><dt id="start"><code>start</code> <span class="badge">Optional</span></dt><dd><p>Where to begin.</p></dd></dl>
<h2 id="see">See also<a class="headerlink" href="#see" title="Permalink">¶</a></h2><ul><li><a href="./splice"><code>splice()</code></a></li></ul></article></main><footer>Imprint</footer></body></html>`;

  test("an encyclopedia's", async () => {
    expect(await markdownOf(encyclopedia)).toMatchInlineSnapshot(`
      "# Heron

      Heron

      | Family | [Ardeidae](http://site.example/wiki/Ardeidae) |
      | --- | --- |
      | Length | 86 cm |

      The **heron** is a bird\\[1\\] that stands in water.

      - 1 Diet

      ## Diet\\[[edit](http://site.example/edit)\\]

      It eats fish (*Cyprinus*), and [frogs](http://site.example/wiki/Frog_%28animal%29).

      | Prey | Share |
      | --- | --- |
      | fish | 80% |
      | frogs | 20% |

      1. *Birds*, p. 7"
    `);
  });

  test("a reference's", async () => {
    expect(await markdownOf(reference)).toMatchInlineSnapshot(`
      "# slice()

      The **\`slice()\`** method returns a copy.

      ## Syntax

      js

      \`\`\`js
      slice(start)
      slice(start, end)
      \`\`\`

      \`start\` Optional

      : Where to begin.

      ## See also

      - [splice()](http://site.example/test/splice)"
    `);
  });
});
