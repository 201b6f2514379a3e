import { runArticleJob } from "./article-thread.ts";
import { simpleHtml } from "./simple-html.ts";
import { Turns } from "./turns.ts";

export type Article =
  | {
      readonly found: true;
      readonly html: string;
      readonly title: string | undefined /** Hidden elements of the page that were left out. */;
      readonly hidden: number;
    }
  | { readonly found: false; readonly why: string };

/** Threads at a time: each may take 200 MB. */
const turns = new Turns(2);
const reasons = { time: "it took longer than 4 seconds", memory: "it took too much memory", error: "the page could not be read" };

/**
 * Looks for the main article of a page, by Mozilla's Readability. Guarantees: hidden text is gone before it is looked at, and the
 * look ends within its time and memory, whatever the page. Rejects with the signal's reason.
 */
export async function articleOf(page: string, url: string, signal: AbortSignal): Promise<Article> {
  const simple = await simpleHtml(page, url, signal);
  if (simple === undefined) return { found: false, why: "the page is too large or too deep" };
  const ended = await turns.run(() => runArticleJob({ html: simple.html }, signal), signal);
  if ("failed" in ended) return { found: false, why: reasons[ended.failed] };
  if (ended.message === null) return { found: false, why: "there is none" };
  return { found: true, ...ended.message, hidden: simple.hidden };
}
