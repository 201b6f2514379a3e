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
 * Permissions wider than the owner's are taken away. Throws `EvidenceUnavailable`, or the operating system's error.
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
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function create(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    // another server of the host was faster
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** What became of the files under an open connection. */
export type FileState = "intact" | "deleted" | "replaced" | "truncated" | "sidecar deleted" | "sidecar replaced";

/**
 * The files that a connection has open, so that they can be compared with those that the paths name now. SQLite itself
 * goes on writing to a file that was deleted or moved away, and everything written there is lost at close.
 *
 * Make one while the connection is open and has used its write-ahead log.
 */
export class DatabaseFiles {
  readonly #database: OpenFile;
  readonly #sidecars: readonly OpenFile[];

  constructor(file: string) {
    this.#database = new OpenFile(file);
    this.#sidecars = [new OpenFile(`${file}-wal`), new OpenFile(`${file}-shm`)];
  }

  state(): FileState {
    const database = this.#database.state();
    if (database !== "intact") return database;
    for (const sidecar of this.#sidecars) {
      const state = sidecar.state();
      if (state !== "intact") return state === "deleted" ? "sidecar deleted" : "sidecar replaced";
    }
    return "intact";
  }

  /**
   * Removes the write-ahead log and the shared memory that a database left at its old path when it was deleted, moved or
   * replaced: SQLite would play that log into whatever database it finds there next. Only the files that this connection had open.
   */
  removeOrphans(): void {
    const state = this.#database.state();
    if (state !== "deleted" && state !== "replaced") return;
    for (const sidecar of this.#sidecars) sidecar.removeIfSame();
  }
}

class OpenFile {
  readonly #path: string;
  readonly #opened: Stats | undefined;
  // neither the database nor its write-ahead log ever shrinks while it is served
  #size = 0;

  constructor(path: string) {
    this.#path = path;
    this.#opened = statSync(path, { throwIfNoEntry: false });
  }

  state(): "intact" | "deleted" | "replaced" | "truncated" {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined) return "deleted";
    if (now.ino !== this.#opened?.ino || now.dev !== this.#opened.dev) return "replaced";
    if (now.size < this.#size) return "truncated";
    this.#size = now.size;
    return "intact";
  }

  removeIfSame(): void {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now !== undefined && now.ino === this.#opened?.ino && now.dev === this.#opened.dev) rmSync(this.#path, { force: true });
  }
}
