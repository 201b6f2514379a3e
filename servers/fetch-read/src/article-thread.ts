import type { ArticleJob, ArticleMessage } from "./article-job.ts";
import { runInThread, type ThreadEnd, workerFile } from "./bounded-thread.ts";

/** Looks for the article in a thread: four seconds, 192 MB of heap. */
export function runArticleJob(job: ArticleJob, signal: AbortSignal): Promise<ThreadEnd<ArticleMessage>> {
  return runInThread(workerFile("article-worker"), job, { milliseconds: 4_000, heap: 192, growth: 512, signal });
}
