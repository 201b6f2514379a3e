import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, rmSync, statfsSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { EvidenceUnavailable } from "./evidence-log.ts";

// file systems over a network: SQLite's write-ahead log needs memory shared by all of its users
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB"],
  [0xff534d42, "CIFS"],
]);

/**
 * Makes sure that a database file is there for SQLite to open: its directory (0700 where it has to be made) and the file
 * itself (0600, created empty). Refuses symbolic links, whatever else is no regular file, and network file systems.
 * Throws `EvidenceUnavailable`, or the operating system's error.
 * Windows: permissions are those of the directory.
 *
 * Never opens a database that exists: closing any descriptor of it would drop SQLite's own POSIX locks.
 */
export function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const network = networkFileSystems.get(statfsSync(dirname(file)).type);
  if (network !== undefined) throw new EvidenceUnavailable(`${file} lies on ${network}; the evidence needs a local file system`);
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return create(file);
  if (!found.isFile()) throw new EvidenceUnavailable(`${file} is not a regular file`);
}

/** Takes permissions wider than the owner's away; only after it is certain that the file is a log. */
export function narrowFile(file: string): void {
  if (process.platform !== "win32" && (lstatSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function create(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    // another server of the host was faster
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

// kernels stamp files with the time of their last tick, 10 ms at most apart
const coarsestMs = 50;

/** What became of the files under an open connection. */
export type FileState = "intact" | "deleted" | "replaced" | "truncated" | "sidecar deleted" | "sidecar replaced";

/**
 * The files that a connection has open, so that they can be compared with those that the paths name now. SQLite itself
 * goes on writing to a file that was deleted or moved away, and everything written there is lost at close.
 *
 * Make one while the connection is open and has used its write-ahead log.
 */
export class DatabaseFiles {
  readonly #directory: string;
  readonly #database: OpenFile;
  readonly #wal: OpenFile;
  readonly #shm: OpenFile;

  /** The directory as it was when its sidecars were seen in place, a good while after its last change. */
  #quiet: Stats | undefined;

  constructor(file: string) {
    this.#directory = dirname(file);
    this.#database = new OpenFile(file);
    this.#wal = new OpenFile(`${file}-wal`);
    this.#shm = new OpenFile(`${file}-shm`);
  }

  /**
   * Asked inside a transaction before anything is written: it would be written where the paths lead, and all processes meet in the same
   * shared memory. Asked again after the commit: the files may have gone in between.
   */
  state(): FileState {
    if (this.#database.grown() && this.#sidecarsAreThere()) return "intact";
    if (!this.#database.there()) return "deleted";
    if (!this.#database.same()) return "replaced";
    if (!this.#database.grown()) return "truncated";
    if (!this.#wal.there() || !this.#shm.there()) return "sidecar deleted";
    return "sidecar replaced";
  }

  /**
   * A name that comes, goes or changes hands gives its directory a new time of change, which nobody can set: while that is the
   * old one, the sidecars are those that were seen. Two changes at nearly the same time may bear one time, so a look
   * counts only if the directory had been left alone for longer than clocks of file systems are coarse.
   */
  #sidecarsAreThere(): boolean {
    const now = statSync(this.#directory, { throwIfNoEntry: false });
    if (now === undefined) return false;
    if (now.ctimeMs === this.#quiet?.ctimeMs && now.ino === this.#quiet.ino) return true;
    const there = this.#wal.same() && this.#shm.same();
    this.#quiet = there && Date.now() - now.ctimeMs > coarsestMs ? now : undefined;
    return there;
  }

  /** Size of the write-ahead log in bytes. */
  walSize(): number {
    return this.#wal.size();
  }

  /** The write-ahead log has no name any more and nobody began another: only those who have it open can still save what it holds. */
  walIsNameless(): boolean {
    return !this.#wal.there();
  }

  /**
   * Removes the write-ahead log and the shared memory that a database left at its old path, when another database has taken
   * that path or none has: SQLite would play the log into whatever it finds there next. They stay where the same
   * database came back, for other processes still use them, and where it is not certain that they are the same files.
   */
  removeOrphans(): void {
    if (this.#database.same()) return;
    for (const sidecar of [this.#wal, this.#shm]) if (sidecar.sameForCertain()) rmSync(sidecar.path, { force: true });
  }
}

class OpenFile {
  readonly path: string;
  readonly #opened: Stats | undefined;
  // a database never shrinks while it is served
  #size = 0;

  constructor(path: string) {
    this.path = path;
    this.#opened = statSync(path, { throwIfNoEntry: false });
  }

  there(): boolean {
    return statSync(this.path, { throwIfNoEntry: false }) !== undefined;
  }

  /** The path still names the file that was opened. */
  same(): boolean {
    return this.#isSame(statSync(this.path, { throwIfNoEntry: false }));
  }

  /** For a file that is closed by now: its inode may have been given to another one. */
  sameForCertain(): boolean {
    const now = statSync(this.path, { throwIfNoEntry: false });
    return this.#isSame(now) && now?.birthtimeMs === this.#opened?.birthtimeMs;
  }

  /** The same, and it did not become smaller. */
  grown(): boolean {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (!this.#isSame(now) || now === undefined || now.size < this.#size) return false;
    this.#size = now.size;
    return true;
  }

  size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  #isSame(now: Stats | undefined): boolean {
    return now !== undefined && now.ino === this.#opened?.ino && now.dev === this.#opened.dev;
  }
}
