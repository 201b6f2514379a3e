import type { Fetched } from "@postern/network";
import { LateDenial, withoutInvisible } from "@postern/policy";
import { articleOf } from "./article.ts";
import { decodeBody } from "./decode-body.ts";
import { htmlToMarkdown } from "./html-to-markdown.ts";
import { isPdf, pdfText } from "./pdf-text.ts";
import type { Reading } from "./snapshots.ts";

export interface PageText {
  readonly text: string;
  /** Of what is given as it came and not as Markdown: its type. */
  readonly rawType: string | undefined;
  readonly title: string | undefined;
  /** What was left out, by kind, without what there was none of. */
  readonly removed: readonly (readonly [string, number])[];
  readonly truncated: string | undefined;
  /** Of a PDF, how many it has. */
  readonly pages?: number;
  /** Whether this is the main article alone, or why not, where that was asked for. */
  readonly article?: "alone" | { readonly missing: string };
}

const textual = /^text\/|^application\/(?:json|xml|xhtml\+xml|javascript|ecmascript|x-ndjson|ndjson|yaml|x-yaml|toml|sql|graphql|rtf)$|\+(?:json|xml|yaml)$/;
const sniffed = 512;

interface Read {
  readonly reading: Reading;
  readonly signal: AbortSignal;
  /** Takes secrets out of what a failure quotes, before it is cut: what is left of one is not known again. */
  readonly scrub: (text: string) => string;
}

/** What an answer says, as text. Throws `net.content_type` for what holds none, and `net.decode`. */
export async function pageText({ headers, body, way }: Fetched, { reading, signal, scrub }: Read): Promise<PageText> {
  const header = headers["content-type"];
  const contentType = typeof header === "string" ? header : undefined;
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (reading !== "raw" && isPdf(type, body)) return pdfPage(body, signal);
  if (!(type === "" ? looksTextual(body) : textual.test(type))) {
    const [shown = ""] = scrub(contentType ?? "").split(";", 1);
    throw new LateDenial(
      "net.content_type",
      `The answer is ${type === "" ? "of no type" : shown.replaceAll(/[^\w.+/-]/g, "").slice(0, 80)}, ${body.length} bytes; only text, HTML, JSON, XML, PDF and pictures up to 4 MB are given.`,
    );
  }
  const { text } = decodeBody(body, contentType);
  const isHtml = /^(?:text\/html|application\/xhtml\+xml)$/.test(type) || (type === "" && /<html|<!doctype html/i.test(text.slice(0, sniffed)));
  if (reading === "raw" || !isHtml) return { ...cleaned(text), rawType: contentType ?? "unknown", title: undefined, truncated: undefined };
  const url = way.at(-1) ?? "";
  if (reading === "page") return markdownOf(text, url, signal);
  const article = await articleOf(text, url, signal);
  if (!article.found) return { ...(await markdownOf(text, url, signal)), article: { missing: article.why } };
  const alone = await markdownOf(article.html, url, signal, article.hidden);
  const title = alone.title ?? (article.title === undefined || article.title === "" ? undefined : withoutInvisible(article.title).text);
  return alone.text === "" ? { ...(await markdownOf(text, url, signal)), article: { missing: "it is empty" } } : { ...alone, title, article: "alone" };
}

async function pdfPage(body: Buffer, signal: AbortSignal): Promise<PageText> {
  const { text, pages, hidden, truncated } = await pdfText(body, signal);
  return { ...cleaned(text, [["texts that cannot be seen", hidden]]), rawType: undefined, title: undefined, truncated, pages };
}

async function markdownOf(html: string, url: string, signal: AbortSignal, hiddenBefore = 0): Promise<PageText> {
  const converted = await htmlToMarkdown(html, { url, signal });
  const { hidden, images, links } = converted.removed;
  return {
    ...cleaned(converted.text, [
      ["hidden elements", hidden + hiddenBefore],
      ["images", images],
      ["links that are not http", links],
    ]),
    rawType: undefined,
    title: converted.title === undefined ? undefined : withoutInvisible(converted.title).text,
    truncated: converted.truncated,
  };
}

function cleaned(text: string, removed: readonly (readonly [string, number])[] = []): Pick<PageText, "text" | "removed"> {
  const visible = withoutInvisible(text);
  return { text: visible.text, removed: [...removed, ["invisible characters", visible.removed] as const].filter(([, count]) => count > 0) };
}

function looksTextual(body: Buffer): boolean {
  return !body.subarray(0, sniffed).includes(0);
}
