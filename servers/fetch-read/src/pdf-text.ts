import { Failure } from "@postern/policy";
import { runInProcess } from "./bounded-process.ts";
import type { PdfMessage } from "./pdf-job.ts";
import { Turns } from "./turns.ts";

/** Processes at a time: each may take as much memory as the bounds below say. */
const turns = new Turns(1);
const limits = { mostPages: 200, mostCharacters: 2_000_000 };
const reasons = { time: "it took longer than 10 seconds", memory: "it took too much memory", error: "it is damaged or encrypted" };

/** Whether an answer is a PDF and not only calls itself one. */
export function isPdf(type: string, body: Buffer): boolean {
  return type === "application/pdf" && body.subarray(0, 1024).includes("%PDF-");
}

/** The text of a PDF. Throws `net.decode` where there is none to be had, and the signal's reason. */
export async function pdfText(body: Buffer, signal: AbortSignal): Promise<PdfMessage> {
  const bounds = { milliseconds: 10_000, heap: 128, whole: 192, signal };
  const ended = await turns.run(() => runInProcess<PdfMessage>({ worker: "pdf-worker", bytes: body, limits }, bounds), signal);
  if ("failed" in ended) throw new Failure("net.decode", `The PDF (${body.length} bytes) cannot be read: ${reasons[ended.failed]}.`);
  const { text, pages } = ended.message;
  if (text === "") throw new Failure("net.decode", `The PDF (${body.length} bytes) holds no text on its ${pages} pages; they may be pictures.`);
  return ended.message;
}
