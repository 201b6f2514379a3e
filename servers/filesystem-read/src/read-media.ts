import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { decodeText, type OpenFile, pathKind } from "@postern/paths";
import { Failure } from "@postern/policy";
import { createRedactor, one, ResultTooLarge, tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { startsAsText } from "./line-unit.ts";
import { mediaType } from "./media-type.ts";
import { pathArgument } from "./path-argument.ts";

const chunkBytes = 1024 * 1024;
const sniffedBytes = 8 * 1024;
/** JSON around the data. */
const frame = 8192;

export const readMediaFile = tool({
  name: "read_media_file",
  title: "Read Media File",
  description:
    "Returns one file as base64 with its media type, by extension: images (png, jpg, gif, webp, bmp, svg) and sound (mp3, wav, ogg, flac) as such, other binary files as an embedded resource. " +
    "Files above about 6 MB are refused. Text files are refused too: read_text_file returns them with secrets masked, which base64 would hide; and so are SVG files that hold any.",
  effect: "read",
  input: z.strictObject({ path: pathArgument("The file") }),
  targets: { file: one(pathKind, { argument: "path", access: "read", operation: "file" }) },
  async run({ targets, context }) {
    using open = targets.file.open();
    const most = Math.floor(((context.resultLimit - frame) * 3) / 4);
    if (open.size > most) throw new ResultTooLarge(`${targets.file.requested} has ${open.size} bytes; an answer carries at most ${most}.`);
    const mimeType = mediaType(targets.file.canonical);
    if (mimeType !== "image/svg+xml" && open.size > 0 && startsAsText(open.readNow(0, Math.min(open.size, sniffedBytes)))) {
      throw new Failure("fs.encoding", `${targets.file.requested} is text; read_text_file returns it.`);
    }
    const bytes = await readWhole(open, context.signal);
    if (mimeType === "image/svg+xml" && (await holdsSecrets(bytes, context.signal))) {
      throw new Failure("fs.encoding", `${targets.file.requested} holds secrets, which base64 would hide; read_text_file returns it with them masked.`);
    }
    return mediaResult(bytes.toString("base64"), mimeType, targets.file.canonical);
  },
});

const redact = createRedactor("secrets");
/** Characters looked through between two turns of the event loop, and those of the next part that belong to them: more than a token has. */
const stretch = 256 * 1024;
const overlap = 64 * 1024;

/**
 * SVG is text under a media type, so it is looked through like text, whatever the card redacts: a tool does not see the
 * card. Without its zero bytes too: XML may be UTF-16 without a byte order mark, and zero bytes hide nothing from who
 * reads past them.
 */
async function holdsSecrets(bytes: Buffer, signal: AbortSignal): Promise<boolean> {
  const { text } = decodeText(bytes);
  const readings = text.includes("\0") ? [text, text.split("\0").join("")] : [text];
  for (const reading of readings) {
    for (let at = 0; at < reading.length; at += stretch) {
      const { found } = await redact(reading.slice(at, at + stretch + overlap));
      if (found.length > 0) return true;
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  return false;
}

function mediaResult(data: string, mimeType: string, canonical: string): ToolResult {
  if (mimeType.startsWith("image/")) return { content: [{ type: "image", data, mimeType }] };
  if (mimeType.startsWith("audio/")) return { content: [{ type: "audio", data, mimeType }] };
  return { content: [{ type: "resource", resource: { uri: pathToFileURL(canonical).href, mimeType, blob: data } }] };
}

async function readWhole(open: OpenFile, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let position = 0; position < open.size; ) {
    signal.throwIfAborted();
    const chunk = await open.read(position, Math.min(chunkBytes, open.size - position));
    if (chunk.length === 0) break;
    chunks.push(chunk);
    position += chunk.length;
  }
  return Buffer.concat(chunks);
}
