import MarkdownIt from "markdown-it";
import { marked, type Token } from "marked";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export interface Active {
  /** HTML, pictures, and what names a link elsewhere: none of them may ever come out. By the parser that saw them. */
  readonly forbidden: readonly string[];
  /** Without those of bare addresses, which lead where their own text says. */
  readonly links: readonly string[];
}

type Reader = (markdown: string, found: { forbid: (what: string) => void; link: (to: string) => void }) => void;

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly offset?: number | undefined } } | undefined;
}

const ofTrees =
  (parse: (markdown: string) => Node): Reader =>
  (markdown, { forbid, link }) => {
    const visit = ({ type, value, url, position, children = [] }: Node): void => {
      if (/^(?:html|image|imageReference|linkReference|definition|footnoteReference|footnoteDefinition)$/.test(type)) forbid(value ?? url ?? type);
      const at = position?.start.offset;
      if (type === "link" && at !== undefined && /[<[]/.test(markdown.charAt(at))) link(url ?? "");
      children.forEach(visit);
    };
    visit(parse(markdown));
  };

const markdownIt = new MarkdownIt({ html: true, linkify: true });

const readers: readonly (readonly [string, Reader])[] = [
  ["CommonMark", ofTrees((markdown) => fromMarkdown(markdown))],
  ["GitHub's", ofTrees((markdown) => fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))],
  [
    "marked",
    (markdown, { forbid, link }) => {
      void marked.walkTokens(marked.lexer(markdown), (token: Token) => {
        if (/^(?:html|image|def)$/.test(token.type)) forbid(token.raw);
        if (token.type === "link" && "href" in token && /^[<[]/.test(token.raw)) link(String(token["href"]));
      });
    },
  ],
  [
    "markdown-it",
    (markdown, { forbid, link }) => {
      const references = {};
      for (const token of markdownIt.parse(markdown, { references }).flatMap((block) => [block, ...(block.children ?? [])])) {
        if (/^(?:html_block|html_inline|image)$/.test(token.type)) forbid(token.content);
        if (token.type === "link_open" && token.markup !== "linkify") link(String(token.attrGet("href")));
      }
      for (const name of Object.keys(references)) forbid(name);
    },
  ],
];

/** What a client that shows Markdown would make of a text, as several parsers of it read it. */
export function activeMarkup(markdown: string): Active {
  const forbidden: string[] = [];
  const links: string[] = [];
  for (const [name, read] of readers) read(markdown, { forbid: (what) => forbidden.push(`${name}: ${what}`), link: (to) => links.push(decoded(to)) });
  return { forbidden, links };
}

/** Parsers write addresses in escapes of their own. */
function decoded(to: string): string {
  try {
    return decodeURI(to);
  } catch {
    return to;
  }
}
