import { close, type Handle, openAmbientDirectory } from "../handle.ts";
import { type EntryName, entryNameOf } from "../name.ts";
import { temporaryName } from "../own-temporary.ts";
import { linkEntry, plantText, unlinkEntry } from "./entries.ts";
import { ownerText } from "./owner.ts";
import { errorName } from "./write-failure.ts";

/**
 * What this process takes its locks by: a symbolic link that points nowhere and says who made it. Where a directory of
 * our own lies on the same file system as the entry, there is one such link for the whole life of the process, and a
 * lock is a further name of it: on a disk, to make and remove a file for each lock takes longer than all the rest of a
 * small write. Elsewhere each lock is a link of its own with the same text.
 */
export class LockTicket {
  readonly text = ownerText();
  readonly #state: string | undefined;
  #kept: { readonly directory: Handle; readonly name: EntryName } | undefined;
  /** Devices that a further name cannot be made on, or all of them. */
  readonly #apart = new Set<bigint>();
  #hopeless = false;

  constructor(state: string | undefined) {
    this.#state = state;
  }

  /** Takes a lock; false: somebody has it. Throws what the operating system says of the lock's directory. */
  take(directory: Handle, device: bigint, lock: EntryName): boolean {
    const kept = this.#apart.has(device) ? undefined : this.#keep();
    try {
      if (kept === undefined) plantText(directory, lock, this.text);
      else linkEntry(kept.directory, kept.name, directory, lock);
      return true;
    } catch (error) {
      if (errorName(error) === "EEXIST") return false;
      if (kept === undefined) throw error;
      // Another file system, one that gives no links, or somebody removed ours: a lock of its own says what is wrong, if anything is.
      this.#apart.add(device);
      return this.take(directory, device, lock);
    }
  }

  #keep(): { readonly directory: Handle; readonly name: EntryName } | undefined {
    if (this.#kept !== undefined || this.#hopeless || this.#state === undefined) return this.#kept;
    let directory: Handle | undefined;
    try {
      const name = entryNameOf(temporaryName(this.text, "tmp"));
      if (name === undefined) throw new Error("a ticket's name is no name");
      directory = openAmbientDirectory(this.#state);
      plantText(directory, name, this.text);
      this.#kept = { directory, name };
      process.once("exit", () => this.#drop());
    } catch {
      if (directory !== undefined) close(directory);
      this.#hopeless = true;
    }
    return this.#kept;
  }

  /** Where the process dies before, the next start of a server with the same directory removes it. */
  #drop(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined) return;
    try {
      unlinkEntry(kept.directory, kept.name);
    } catch {
      // Gone already.
    }
  }
}

const tickets = new Map<string | undefined, LockTicket>();

/** The one ticket of this process for a directory of our own. */
export function ticketFor(state: string | undefined): LockTicket {
  let ticket = tickets.get(state);
  if (ticket === undefined) tickets.set(state, (ticket = new LockTicket(state)));
  return ticket;
}
