import { parentPort, workerData } from "node:worker_threads";
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import type { ArticleJob, ArticleMessage } from "./article-job.ts";

/**
 * The thread that looks for the article in a page. It has no authority: text goes in and text comes out. Its parsers take time in the
 * square of some pages, so the process around it ends it.
 */
const port = parentPort;
if (port === null) throw new Error("this file is a worker thread");
const { bytes } = workerData as ArticleJob;
const { document } = parseHTML(new TextDecoder().decode(bytes));
// Classes say what language code is in; scripts were left out before.
const found = new Readability(document, { keepClasses: true, disableJSONLD: true }).parse();
const message: ArticleMessage = found === null || typeof found.content !== "string" ? null : { html: found.content, title: found.title ?? undefined };
port.postMessage(message);
