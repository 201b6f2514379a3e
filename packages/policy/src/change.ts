/** A file's content as the evidence keeps it: never the content itself. */
export interface ContentDigest {
  readonly bytes: number;
  /** Hex; null where the file is too large to be read for it. */
  readonly sha256: string | null;
}

/** One thing that a call changed, for the record of its outcome. */
export interface Change {
  /** The argument that named what changed: `path`, `destination`, `request`. */
  readonly argument: string;
  readonly change: "created" | "replaced" | "edited" | "appended" | "copied" | "moved" | "deleted" | "directories" | "sent";
  /** Absent: there was no file before. */
  readonly before?: ContentDigest;
  /** Absent: there is none after, or it is no file. Of what was sent: its body. */
  readonly after?: ContentDigest;
  /** Directories that were made; only with `directories`. */
  readonly count?: number;
  /** What the other side answered; only with `sent`, and only where it did. */
  readonly status?: number;
  /** It was confirmed: to be on disk, or by an answer. False: it is visible, and a power cut may undo it; or nobody knows whether it arrived. */
  readonly durable: boolean;
}
