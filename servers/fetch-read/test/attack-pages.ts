const live = "![i](/zz) &lt;evil a=b> [l](/zz)";
const block = `<pre>${live}\n\n${live}</pre>`;
const key = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn9ygWyF8PbnGy0AHB7MhgwMbRvI0MBZhpI";
const end = "-----END RSA PRIVATE KEY-----";
const begin = "-----BEGIN RSA PRIVATE KEY-----";

/** Pages that made markup for some parser once. Nothing of them may be live, wherever they are cut. */
export const attackPages: readonly string[] = [
  // A bare address takes in the backslash or the backtick behind it.
  "<p>http://a.b/&lt;img src=/zz>",
  "<p>www.ab.com/&lt;img src=/zz>",
  "<p>https://zzz.b?x&lt;evil>",
  "<p>http://a.b/<b>&lt;evil></b> x http://a.b/&lt;<b>evil></b>",
  "<table><tr><td>http://a.b/&lt;evil><td>y</table>",
  '<p><a href="/x">http://a.b/&lt;evil></a>',
  "<p>http://a.b/&lt;zz:x>",
  `<p>http://a.b/<code>x ${live}</code>`,
  `<p>http<b></b>://a.b/<code>x ${live}</code>`,
  `<p>http<i>:</i>//a.b/<code>x ${live}</code>`,
  `<p>http://a.b/&#8203;<code>x ${live}</code>`,
  `<p><a href="/x">http://a.b/</a><code>x ${live}</code>`,
  "<p>http://a.b/[x y](/zz) www.a.b/![x y](/zz) http://a.b/`x ![i](/zz)`",
  "<p>http://a.b/\\[x y](/zz) http://a.b/\\![x y](/zz)",
  `<p>http://a.b/x\`<code>x ${live}</code>`,
  // A line ends at a carriage return alone as well.
  "<blockquote><pre>a&#13;![i](/zz)</pre></blockquote>",
  "<ul><li><pre>a&#13;![i](/zz)</pre></ul>",
  "<ul><li><pre>a&#13;&#10;![i](/zz)&#13;</pre></ul><p><code>a&#13;![i](/zz)</code>",
  // What may not interrupt a paragraph goes on with the line before it.
  `<ol start=5><li>${block}</ol>`,
  `<dl><dd><dl><dd>${block}</dl></dl>`,
  `<dl><dt><dd><dl><dd>${block}</dl></dl>`,
  `<dl><dd><dl><dd><dl><dd>${block}</dl></dl></dl>`,
  `<ul><li>x<ul><li>c${block}</ul></ul>`,
  `<ol start=5>x<li>${block}</ol>`,
  `<ol start=1000>x<li>a<ul><li>${block}<li>b</ul></ol>`,
  `<ul><li>x<ol start=10000><li>c<blockquote><ul><li>d<ul><li>e${block}</ul>f</ul></blockquote></ol></ul>`,
  `<dl><dd>x<dl><dd>y<li>${block}</dl></dl>`,
  `<p>x</p>${block}<p>y</p>`,
  "<p>a == b</p><p>a - b</p><p>a 5. b",
  // Some parsers take an escape of a bracket in a link's text back.
  '<a href="/x">![i](/zz)</a> <a href="/x">[l](/zz)</a>',
  '<a href="/x"><code>]`](/zz)</code></a>',
  '<a href="/x">a\\<code>`</code>](/zz) `</a><code>b</code>',
  '<p>!<a href="/x"><b>!</b>[i](/zz)</a>',
];

/** What is masked in them takes in marks of code, or what a block begins with. */
export const maskedPages: readonly string[] = [
  `<p><code>AKIAIOSFODNN7EXAMPLE ${end}</code> <code>${live}</code>`,
  `<pre>AKIAIOSFODNN7EXAMPLE</pre><p>${end}</p>${block}<p>x</p>`,
  `<p><code>${begin}\n${key}</code> x ${end} <code>${live}</code> y <code>z</code>`,
  `<p><code>${begin}</code> <code>${key}</code> <code>${key}</code> <code>${live}</code>`,
  `<p><code>${key}${end}</code><code>${live}</code>`,
  `<p>\`${key}\`${end}<code>${live}</code>`,
  `<p>\\\`${key}\\\` ${end} <code>${live}</code>`,
  `<ul><li><pre>${key}\n${end}\n${live}</pre></ul>`,
  `<ul><li>a<ul><li><pre>${key}\n${end}\n${live}\n\n${live}</pre></ul></ul>`,
  `<blockquote><pre>${key}\n${end}\n${live}</pre></blockquote>`,
  `<p>${begin} ${key}</p><dl><dd><dl><dd>${block}</dl></dl><p>${end}</p>${block}`,
  `<pre>${begin}\n${key}\n${key}</pre><p>a</p><pre>${key}\n${end}\n${live}</pre>`,
  `<p>http://a.b/${begin} ${key} ${end}<code>x ${live}</code>`,
  `<p><a href="/x">${begin} ${key}</a> ${end} <code>${live}</code>`,
  `<p>${begin} ${key}</p><ol start=7><li>${block}</ol><p>${end}`,
  `<table><tr><td><code>${begin} ${key}</code><td>${end}<tr><td><code>${live}</code><td>x</table>`,
];
export const keyMaterial = key;
