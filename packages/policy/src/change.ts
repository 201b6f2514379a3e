/** A file's content as the evidence keeps it: never the content itself. */
export interface ContentDigest {
  readonly bytes: number;
  /** Hex; null where the file is too large to be read for it. */
  readonly sha256: string | null;
}

/** One thing that a call changed, for the record of its outcome. */
export interface Change {
  /** The argument that named what changed: `path`, `destination`. */
  readonly argument: string;
  readonly change: "created" | "replaced" | "edited" | "appended" | "copied" | "moved" | "deleted" | "directories";
  /** Absent: there was no file before. */
  readonly before?: ContentDigest;
  /** Absent: there is none after, or it is no file. */
  readonly after?: ContentDigest;
  /** Directories that were made; only with `directories`. */
  readonly count?: number;
  /** It was confirmed to be on disk. False: it is visible, and a power cut may undo it. */
  readonly durable: boolean;
}
