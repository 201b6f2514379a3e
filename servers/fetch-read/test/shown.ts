import { createRedactor } from "@postern/runtime";
import { clean } from "../../../packages/runtime/src/clean.ts";
import { htmlToMarkdown } from "../src/html-to-markdown.ts";
import { withoutInvisible } from "@postern/policy";
import { shownPage } from "../src/shown-page.ts";

export async function markdownOf(html: string): Promise<string> {
  const { text } = await htmlToMarkdown(html, { url: "https://site.example/", signal: new AbortController().signal });
  return withoutInvisible(text).text;
}

const redact = createRedactor("secrets");

/** The tool's page of a Markdown text as it leaves: header, reopened code and masks, without the sentence behind a page that is cut. */
export async function leaving(markdown: string, start = 0, length = 999_999, requested = "https://site.example/"): Promise<string> {
  const read = { text: markdown, rawType: undefined, title: undefined, removed: [], truncated: undefined };
  const [page] = shownPage(read, { requested, source: requested, start, length }).content;
  const { result } = await clean({ content: page === undefined ? [] : [page] }, redact);
  const [cleaned] = result.content;
  return (cleaned?.type === "text" ? cleaned.text : "").replace(/\n+<error>.*<\/error>$/, "");
}
