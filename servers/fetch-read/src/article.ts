import type { ArticleMessage } from "./article-job.ts";
import { runInProcess } from "./bounded-process.ts";
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

/** Processes at a time: each may take as much memory as its bounds say. */
const turns = new Turns(2);
const reasons = { time: "it took longer than 4 seconds", memory: "it took too much memory", error: "the page could not be read" };

/**
 * Looks for the main article of a page, by Mozilla's Readability. Guarantees: hidden text is gone before it is looked at, and the
 * look ends within its time and memory, whatever the page. Rejects with the signal's reason.
 */
export async function articleOf(page: string, url: string, signal: AbortSignal): Promise<Article> {
  const simple = await simpleHtml(page, url, signal);
  if (simple === undefined) return { found: false, why: "the page is too large or too deep" };
  const job = { worker: "article-worker", bytes: Buffer.from(simple.html) };
  const ended = await turns.run(() => runInProcess<ArticleMessage>(job, { milliseconds: 4_000, heap: 192, whole: 288, signal }), signal);
  if ("failed" in ended) return { found: false, why: reasons[ended.failed] };
  if (ended.message === null) return { found: false, why: "there is none" };
  return { found: true, ...ended.message, hidden: simple.hidden };
}
