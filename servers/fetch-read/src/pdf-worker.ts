import { parentPort, workerData } from "node:worker_threads";
import { getDocumentProxy } from "unpdf";
import type { PdfJob, PdfMessage } from "./pdf-job.ts";

/**
 * The thread that takes the text out of a PDF. Its parser is large and was written for browsers: it gets bytes, no fonts, no
 * pictures and nothing to fetch with, and the process around it ends it.
 */
const port = parentPort;
if (port === null) throw new Error("this file is a worker thread");
// With the fast one a few kilobytes become gigabytes before anybody can look.
for (const name of ["fetch", "WebSocket", "EventSource", "DecompressionStream"]) Reflect.deleteProperty(globalThis, name);
const { bytes, mostPages, mostCharacters } = workerData as PdfJob;
port.postMessage(await read());

async function read(): Promise<PdfMessage> {
  const document = await getDocumentProxy(bytes, {
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
  });
  const shown: string[] = [];
  let length = 0;
  let hidden = 0;
  for (let number = 1; number <= Math.min(document.numPages, mostPages); number += 1) {
    const page = await document.getPage(number);
    const [left = 0, bottom = 0, right = 0, top = 0] = page.view;
    let text = "";
    for (const item of (await page.getTextContent()).items) {
      if (!("str" in item)) continue;
      const [, , skew = 0, height = 0, x = 0, y = 0] = item.transform as readonly number[];
      const seen = Math.hypot(skew, height) >= 1 && x >= left - 1 && x <= right + 1 && y >= bottom - 1 && y <= top + 1;
      if (!seen && item.str.trim() !== "") hidden += 1;
      else text += item.str;
      if (item.hasEOL) text += "\n";
    }
    page.cleanup();
    shown.push(text.trim());
    length += text.length;
    if (length > mostCharacters) return { text: shown.join("\n\n").slice(0, mostCharacters), pages: document.numPages, hidden, truncated: "characters" };
  }
  return { text: shown.join("\n\n").trim(), pages: document.numPages, hidden, truncated: document.numPages > mostPages ? "pages" : undefined };
}
