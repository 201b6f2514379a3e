import { isUtf8 } from "node:buffer";
import { type Dirent, fstatSync, lstatSync, opendirSync, readdirSync, type Stats } from "node:fs";
import { type Handle, listingPath } from "./handle.ts";
import { type EntryName, entryNameOf } from "./name.ts";
import { isTemporary } from "./own-temporary.ts";

export type EntryType = "file" | "directory" | "symlink" | "other";

/** One name in a directory, as the directory itself says. The type is a hint until the entry is held. */
export class Found {
  /** The name as text. With `lossy`, bytes that are no UTF-8 stand in it as U+FFFD and nothing can be opened by it. */
  readonly name: string;
  readonly type: EntryType;
  readonly lossy: boolean;

  constructor(name: string, type: EntryType, lossy: boolean) {
    this.name = name;
    this.type = type;
    this.lossy = lossy;
  }

  /** The same name, when the kernel can be asked for it by this text. Checked only for those who do ask. */
  get entry(): EntryName | undefined {
    return this.lossy ? undefined : entryNameOf(this.name);
  }
}

/** Bytes of a directory beyond which it is read piece by piece: some 50,000 entries, or as many milliseconds at once. */
const large = 2 * 1024 * 1024;
const readAhead = 256;

interface Source {
  next(): Dirent | undefined;
  close(): void;
}

/**
 * Lists a held directory by the bytes of its names, as `readdir` of Node does; a very large one in its own order, so
 * that it costs no more at once than a small one. Guarantees that every name belongs to the object behind the handle:
 * the listing is opened through the handle, and types that the file system leaves open are asked for through it.
 */
export class Listing implements Disposable {
  readonly sorted: boolean;
  readonly #directory: Handle;
  readonly #source: Source;
  readonly #temporaries: boolean;
  #broken: Map<string, number> | undefined;

  /** Without the writers' own temporaries, or with nothing but them and directories. Throws what the operating system says, EACCES and EIO among it. */
  constructor(directory: Handle, only: "visible" | "temporaries" = "visible") {
    this.#directory = directory;
    this.#temporaries = only === "temporaries";
    this.sorted = fstatSync(directory).size <= large;
    this.#source = this.sorted ? atOnce(directory) : pieceByPiece(directory);
  }

  next(): Found | undefined {
    const met = this.#nextVisible();
    if (met === undefined) return undefined;
    const name = met.name;
    if (name.includes("\uFFFD") && this.#takeBroken(name)) return new Found(name, typeOf(met) ?? "other", true);
    return new Found(name, typeOf(met) ?? this.#asked(entryNameOf(name)), false);
  }

  #nextVisible(): Dirent | undefined {
    for (;;) {
      const met = this.#source.next();
      if (met === undefined || this.#temporaries === isTemporary(met.name)) return met;
      if (this.#temporaries && met.isDirectory()) return met;
    }
  }

  #asked(entry: EntryName | undefined): EntryType {
    const stat = entry === undefined ? undefined : entryStat(`${listingPath(this.#directory)}/`, entry);
    return (stat && typeOf(stat)) ?? "other";
  }

  /**
   * U+FFFD in a name is either that character, or stands for bytes that are no UTF-8. Only the bytes tell, so the
   * directory is read once more by bytes, and as many of its same-looking names are called lossy as there are.
   */
  #takeBroken(name: string): boolean {
    this.#broken ??= brokenNames(this.#directory);
    const left = this.#broken.get(name) ?? 0;
    if (left > 0) this.#broken.set(name, left - 1);
    return left > 0;
  }

  [Symbol.dispose](): void {
    this.#source.close();
  }
}

function atOnce(directory: Handle): Source {
  const entries = readdirSync(listingPath(directory), { withFileTypes: true });
  let at = 0;
  return { next: () => entries[at++], close: () => {} };
}

function pieceByPiece(directory: Handle): Source {
  const open = opendirSync(listingPath(directory), { bufferSize: readAhead });
  return { next: () => open.readSync() ?? undefined, close: () => open.closeSync() };
}

function brokenNames(directory: Handle): Map<string, number> {
  const broken = new Map<string, number>();
  for (const bytes of readdirSync(listingPath(directory), { encoding: "buffer" })) {
    if (isUtf8(bytes)) continue;
    const shown = bytes.toString("utf8");
    broken.set(shown, (broken.get(shown) ?? 0) + 1);
  }
  return broken;
}

function typeOf(
  entry: Pick<Dirent, "isFile" | "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket" | "isBlockDevice" | "isCharacterDevice">,
): EntryType | undefined {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice()) return "other";
  return undefined;
}

const quiet = { throwIfNoEntry: false } as const;

/**
 * Size and time of one entry, the link itself where it is one; `within` as `fromWithin` gives it. Undefined: it is gone
 * or cannot be asked.
 */
export function entryStat(within: string, entry: EntryName): Stats | undefined {
  try {
    return lstatSync(within + entry, quiet);
  } catch {
    return undefined;
  }
}
