import type { Fetched } from "@postern/network";
import { LateDenial } from "@postern/policy";
import { decodeBody } from "./decode-body.ts";
import { htmlToMarkdown } from "./html-to-markdown.ts";
import { withoutInvisible } from "./invisible.ts";

export interface PageText {
  readonly text: string;
  /** Of what is given as it came and not as Markdown: its type. */
  readonly rawType: string | undefined;
  readonly title: string | undefined;
  /** What was left out, by kind, without what there was none of. */
  readonly removed: readonly (readonly [string, number])[];
  readonly truncated: string | undefined;
}

const textual = /^text\/|^application\/(?:json|xml|xhtml\+xml|javascript|ecmascript|x-ndjson|ndjson|yaml|x-yaml|toml|sql|graphql|rtf)$|\+(?:json|xml|yaml)$/;
const sniffed = 512;

/** What an answer says, as text. Throws `net.content_type` for what holds none, and `net.decode`. */
export async function pageText({ headers, body, way }: Fetched, raw: boolean, signal: AbortSignal): Promise<PageText> {
  const header = headers["content-type"];
  const contentType = typeof header === "string" ? header : undefined;
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!(type === "" ? looksTextual(body) : textual.test(type))) {
    const shown = type === "" ? "of no type" : type.replaceAll(/[^\w.+/-]/g, "").slice(0, 80);
    throw new LateDenial("net.content_type", `The answer is ${shown}, ${body.length} bytes; only text, HTML, JSON, XML and pictures up to 4 MB are given.`);
  }
  const { text } = decodeBody(body, contentType);
  const isHtml = /^(?:text\/html|application\/xhtml\+xml)$/.test(type) || (type === "" && /<html|<!doctype html/i.test(text.slice(0, sniffed)));
  if (raw || !isHtml) return { ...cleaned(text), rawType: contentType ?? "unknown", title: undefined, truncated: undefined };
  const converted = await htmlToMarkdown(text, { url: way.at(-1) ?? "", signal });
  const { hidden, images, links } = converted.removed;
  return {
    ...cleaned(converted.text, [
      ["hidden elements", hidden],
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
