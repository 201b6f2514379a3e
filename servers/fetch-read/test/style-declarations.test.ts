import { describe, expect, it } from "vitest";
import { type Converted, htmlToMarkdown } from "../src/html-to-markdown.ts";
import { simpleHtml } from "../src/simple-html.ts";

const url = "https://site.example/";
const { signal } = new AbortController();
const convert = (html: string): Promise<Converted> => htmlToMarkdown(html, { url, signal });

describe("what a style hides is read as programs read it (U4)", () => {
  it.each([
    "display:none;display:bogus",
    "display:none;display:",
    "display:none;display:block bogus",
    "display:none;display:block!imp",
    "display:none;display:'block'",
    "display:none;display:inline-bogus",
    "display:none;display:block none",
    "display:none;DISPLAY:block\\0",
    "display:none;display:block\\9",
    "display:none;dis\\70lay:block\\9",
    "display:none;display:block\u00a0",
    "display:none;\u00a0display:block",
    "display:none;display:bl/**/ock",
    "display:none;x:\\;display:block",
    "display:none;[;display:block;]",
    "display:none;{;display:block;}",
    "display:none;(;display:block;)",
    "display:none;{;};display:block",
    "display:none;x:url(;display:block;)",
    "display:none;x:url( ';display:block;)",
    "display:none;x:\\75 r\\l(;display:block;)",
    "display:none;x:';display:block;'",
    "display:none;x{display:block}",
    "display:none;x{};display:block",
    "x{}display:none",
    "x:')';display:none",
    "x:url(();display:none",
    "x:url(/*);display:none",
    "x:a url('(');display:none",
    "x:url(a;display:block);display:none",
    "x:'\n;display:none",
    "color:rgba(0,0,0,0",
    "display:none!important;x:y;display:block!important bogus",
    "display:none!important;display:bogus!important;display:block",
    "transform:scale(0)!important;transform:none",
    `opacity:0${" ".repeat(300)}!important;opacity:1`,
    `display:none;display:block${" ".repeat(300)}bogus`,
    "--n:none;--N:block;display:var(--n)",
    "--n:none;display:VAR(--n)",
    "--n:none!important;--n:block;display:var(--n)",
    "--n:none;--n:);display:var(--n)",
    "--n:)!important;--n:none;display:var(--n)",
    "--n:none;--n:block!;display:var(--n)",
    "visibility:hidden;visibility:foo",
    "opacity:0;opacity:foo",
    "opacity:0;opacity:1px",
    "opacity:0;opacity:1 1",
    "opacity:0;opacity:1.",
    "opacity:0;opacity:\\31",
    "font-size:0;font-size:16",
    "font-size:0;font-size:-1px",
    "font-size:0;font-size:xyz",
    "font-size:0;font:16px",
    "position:absolute;left:-9999px;left:abc",
    "position:absolute;left:-9999px;left:10",
    "transform:scale(0);transform:foo",
    "clip-path:inset(100%);clip-path:foo",
    "color:transparent;color:foo",
    "color:transparent;-webkit-text-fill-color:foo",
    "height:0;overflow:hidden;height:abc",
    "height:0;overflow:hidden;height:5",
    "height:0;overflow:hidden;overflow:foo",
  ])("and a later declaration that no program takes does not show it: %s", async (style) => {
    const html = `<p>before</p><div style="${style}">X</div><p>after</p>`;
    expect(await convert(html)).toMatchObject({ text: "before\n\nafter", removed: { hidden: 1 } });
    expect(await simpleHtml(html, url, signal)).toMatchObject({ hidden: 1 });
  });

  it.each([
    "display:none;display:flex",
    "display:none;display:inherit",
    "display:none;display:block !important",
    "--n:block;--N:none;display:var(--n)",
    "--n:none;--n:block;display:var(--n)",
    "--n:none;--n:block!important;display:var(--n)",
    "visibility:hidden;visibility:visible",
    "opacity:0;opacity:.9",
    "opacity:0;opacity:90%",
    "font-size:0;font-size:1rem",
    "left:-9999px;left:auto",
    "transform:scale(0);transform:none",
    "clip-path:inset(100%);clip-path:none",
    "color:transparent;color:#123456",
    "height:0;overflow:hidden;height:auto",
    "height:0;overflow:hidden;overflow:visible",
    "display:none;display:block;x:y(;display:none)",
    "x:'display:none'",
    "x:';display:none;'",
    "x:(;display:none",
    "background:url(data:image/png;display:none)",
    "clip-path:inset(0 50% 0 0)",
    "clip-path:rect(0 auto 10px 0)",
    "clip-path:ellipse(50% 50%)",
    "filter:blur(2px)",
    "letter-spacing:-.02em",
    "text-indent:100%",
    "backface-visibility:hidden",
    "backface-visibility:hidden;transform:rotateY(10deg)",
    "font-size:min(16px,1em)",
    "mask:linear-gradient(black,transparent)",
  ])("but one that is taken does, and so does what stands where no declaration is: %s", async (style) => {
    expect(await convert(`<p>before</p><div style="${style}">X</div>`)).toMatchObject({ text: "before\n\nX", removed: { hidden: 0 } });
  });

  it.each(["opacity:0;opacity:foo", "opacity:foo;", "x:(", "x:url(", "x:\\u", "x{}", "/**/", "x:'", "};--n:a;display:var(--n);", "font-size:min(", "! "])(
    "and a megabyte of %s is read in time (N5)",
    async (part) => {
      const html = `<p style="${part.repeat(1_000_000 / part.length)}">x`;
      const began = performance.now();
      await convert(html);
      expect(performance.now() - began).toBeLessThan(2_000);
    },
  );
});
