/**
 * A page of few elements in each other, around texts that would be active if they came out as they are; the same one for the same
 * seed. Each third has secrets and parts of keys among its texts.
 */
export function hostileMarkup(seed: number): string {
  const said = seed % 3 === 0 ? [...texts, ...secrets] : texts;
  const below = random(seed);
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? "";
  const make = (depth: number): string => {
    let html = "";
    for (let count = 1 + below(4); count > 0; count -= 1) {
      const name = depth === 0 || below(3) === 0 ? "" : pick(elements);
      html += name === "" ? pick(said) : `<${name}>${make(depth - 1)}</${name.split(" ")[0] ?? ""}>`;
    }
    return html;
  };
  return make(5);
}

const elements = [
  ..."p div blockquote ul li ol dl dd dt h2 h3 b em del code code pre pre kbd table tr td main figure summary".split(" "),
  "a href='/x'",
  "a href='http://[2001:db8::1]:8080/'",
  "a href='/q?`a`![x]&#92;[y]:http://evil.example/&lt;b&gt;'",
  "a href='/r#`~!*[z]'",
  "ol start=99999999999",
  "ol start=-5",
  "ol start=12345",
  "pre class=language-js",
];
const texts = [
  ..."a b x. ! ` `` ``` ```` ~ ~~~ \\ \\\\ - + # > 1. = | [ ] ( ) : * _".split(" "),
  " ",
  "\n",
  "\n\n",
  "<br>",
  "<hr>",
  "<wbr>",
  "&#8203;",
  "&#8232;",
  "&#8233;&#8233;",
  "&lt;img src=http://evil.example/&gt;",
  "\n&lt;img src=http://evil.example/&gt;\n",
  "&lt;script&gt;",
  "&lt;!--",
  "![x](http://evil.example/)",
  "[y](http://evil.example/)",
  "[x]: http://evil.example/",
  "&lt;http://evil.example/&gt;",
  "&amp;lt;b&amp;gt;",
  "```\n&lt;i&gt;\n```",
  "\n~~~\n",
  "\n> ```\n",
  "\n    ```\n",
  "words of a text",
  "&#13;",
  "a&#13;![x](http://evil.example/)",
  "http://a.b/",
  "www.ab.com/",
  "https://zzz.b?x",
  "http:",
  "//",
  "![x y](http://evil.example/)",
  "<a href='/y'>y</a>",
  "<code>c</code>",
  "<code>&lt;b&gt;</code>",
  "<code>`&lt;b&gt;``</code>",
  "<code>c ![x y](http://evil.example/)</code>",
  "<pre>\n&lt;b&gt;\n\n\\&lt;b&gt;</pre>",
];
const key = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn9ygWyF8PbnGy0AHB7MhgwMbRvI0MBZhpI";
const secrets = [
  ...["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", key, `\n${key}\n`, "AKIAIOSFODNN7EXAMPLE", `ghp_${"a1B2c3D4e5F6".repeat(3)}`].flatMap(
    (secret) => [secret, secret, secret],
  ),
  `<pre>-----BEGIN RSA PRIVATE KEY-----\n${key}</pre>`,
  `<pre>${key}\n-----END RSA PRIVATE KEY-----\n![x](http://evil.example/)</pre>`,
  `<code>${key}</code>`,
  "password: <code>hunter2hunter2</code>",
  "password=`hunter2`hunter2\\",
];

/** Mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below) | 0;
  };
}
