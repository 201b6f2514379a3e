import { fromMarkdown } from "mdast-util-from-markdown";

export interface Active {
  /** HTML, pictures, and what names a link elsewhere: none of them may ever come out. */
  readonly forbidden: readonly string[];
  readonly links: readonly string[];
}

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

/** What a client that shows Markdown would make of a text, as a parser of CommonMark reads it. */
export function activeMarkup(markdown: string): Active {
  const forbidden: string[] = [];
  const links: string[] = [];
  const visit = ({ type, value, url, children = [] }: Node): void => {
    if (/^(?:html|image|imageReference|linkReference|definition)$/.test(type)) forbidden.push(`${type} ${value ?? url ?? ""}`);
    if (type === "link") links.push(url ?? "");
    children.forEach(visit);
  };
  visit(fromMarkdown(markdown));
  return { forbidden, links };
}
