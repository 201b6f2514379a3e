import { Failure } from "@postern/policy";
import { runInThread, workerFile } from "./bounded-thread.ts";
import type { PdfJob, PdfMessage } from "./pdf-job.ts";
import { Turns } from "./turns.ts";

/** One at a time: what it may take of memory is looked at for the whole process. */
const turns = new Turns(1);
const limits = { mostPages: 200, mostCharacters: 2_000_000 };
const reasons = { time: "it took longer than 10 seconds", memory: "it took too much memory", error: "it is damaged or encrypted" };

/** Whether an answer is a PDF and not only calls itself one. */
export function isPdf(type: string, body: Buffer): boolean {
  return type === "application/pdf" && body.subarray(0, 1024).includes("%PDF-");
}

/** The text of a PDF. Throws `net.decode` where there is none to be had, and the signal's reason. */
export async function pdfText(body: Buffer, signal: AbortSignal): Promise<PdfMessage> {
  const job: PdfJob = { bytes: new Uint8Array(body), ...limits };
  const bounds = { milliseconds: 10_000, heap: 256, growth: 512, signal };
  const ended = await turns.run(() => runInThread<PdfMessage>(workerFile("pdf-worker"), job, bounds), signal);
  if ("failed" in ended) throw new Failure("net.decode", `The PDF (${body.length} bytes) cannot be read: ${reasons[ended.failed]}.`);
  const { text, pages } = ended.message;
  if (text === "") throw new Failure("net.decode", `The PDF (${body.length} bytes) holds no text on its ${pages} pages; they may be pictures.`);
  return ended.message;
}
