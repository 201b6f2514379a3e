import { decodeText, encodeText, type DecodedText } from "@postern/paths";
import { Failure } from "@postern/policy";
import type { Kept } from "@postern/runtime";
import { applyEdits, type Edit } from "./apply-edits.ts";

export interface Edited {
  /** Bytes of the file before and after; the same object where nothing changed. */
  readonly before: Buffer;
  readonly after: Buffer;
  /** The same as texts. */
  readonly oldText: string;
  readonly newText: string;
  readonly kept: readonly Kept[];
}

/** Edits a file's bytes as text. Guarantees that encoding and byte order mark stay; throws `fs.encoding` for what is no text for certain. */
export async function editContent(before: Buffer, edits: readonly Edit[], signal: AbortSignal): Promise<Edited> {
  const decoded = decodeText(before);
  requireClean(decoded, before);
  const { text: newText, kept } = await applyEdits(decoded.text, edits, signal);
  const oldText = decoded.text;
  return { before, after: newText === oldText ? before : encodeText(newText, decoded), oldText, newText, kept };
}

/** What is not decoded for certain would be written back as something else. */
function requireClean(decoded: DecodedText, bytes: Buffer): void {
  const { encoding, lossy, text } = decoded;
  const certain = !lossy && encoding !== "latin1" && !text.includes("\0") && encodeText(text, decoded).equals(bytes);
  if (certain) return;
  throw new Failure(
    "fs.encoding",
    "The file is not clean UTF-8, or UTF-16 with a byte order mark: editing it as text could damage it, so nothing was changed.",
  );
}
