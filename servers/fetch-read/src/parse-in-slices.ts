import { setImmediate as turn } from "node:timers/promises";
import { type Handler, Parser } from "htmlparser2";

/** Fed to the parser at once; between two pieces the handler is asked whether to go on. */
const pieceLength = 8_192;
/** Milliseconds after which other calls get their turn. */
const slice = 10;

/** Parses a page while other calls go on, until `done`: the end of a page that was given up is not waited for. Rejects with the signal's reason. */
export async function parseInSlices(html: string, handler: Partial<Handler>, done: () => boolean, signal: AbortSignal): Promise<void> {
  const parser = new Parser(handler, { lowerCaseTags: true, lowerCaseAttributeNames: true, decodeEntities: true, recognizeSelfClosing: false });
  let since = performance.now();
  for (let at = 0; at < html.length && !done(); at += pieceLength) {
    signal.throwIfAborted();
    parser.write(html.slice(at, at + pieceLength));
    if (performance.now() - since < slice) continue;
    await turn();
    since = performance.now();
  }
  if (!done()) parser.end();
}
