/** What `stat` says of a proven entry. Times are milliseconds since the epoch, sizes bytes. */
export interface EntryInfo {
  readonly type: "file" | "directory";
  readonly size: number;
  readonly created: number;
  readonly modified: number;
  readonly accessed: number;
  readonly mode: number;
  readonly links: number;
}

/**
 * Authority over one entry below a root, minted after the decision was committed. Guarantees on Linux: what it opens
 * is the very object that was proven, whatever other processes do to names meanwhile. It holds a handle, not a path;
 * the strings on it are for texts.
 */
export interface PathAuthority {
  /** As the caller wrote it. */
  readonly requested: string;
  /** Absolute canonical path, for answers that speak of absolute paths. */
  readonly canonical: string;
  /** `missing`: the parent was proven, the entry does not exist; every method then throws `fs.not_found`. */
  readonly type: "file" | "directory" | "missing";
  info(): EntryInfo;
  /** Opens the file for reading. Throws `fs.is_directory`, `fs.not_found`, `fs.permission`, `fs.io`. */
  open(): OpenFile;
}

/** A regular file open for reading. */
export interface OpenFile extends Disposable {
  /** At the time of opening. */
  readonly size: number;
  readonly modified: number;
  /** Reads up to `length` bytes at `position`, fewer only at the end. */
  read(position: number, length: number): Promise<Buffer>;
  /** The same without leaving the thread: for small files, where a trip through the thread pool costs more than the read. */
  readNow(position: number, length: number): Buffer;
}
