import { isMainThread } from "node:worker_threads";
import { close, type Handle, listingPath, openAmbientDirectory } from "./handle.ts";

/**
 * Runs `work` with what to put in front of a name in a held directory. On the main thread that is nothing: the held
 * directory itself is the working directory meanwhile, and the kernel looks up one name in it instead of five through
 * procfs, which halves the time of a `stat`. The same object is asked as through the handle, whatever others do to
 * names. Guarantees that the working directory is the former one again when it returns or throws.
 *
 * The working directory belongs to the whole process, so `work` must be synchronous, and no other thread may use a path
 * that is not absolute: workers of this package name everything from `/proc`, SQLite keeps absolute paths. A worker
 * thread cannot set it and goes through the handle. A core dump that falls into `work` is written to the directory
 * if the system is set to write such files where a process stands.
 */
export function fromWithin<Result>(directory: Handle, work: (within: string) => Result): Result {
  const around = isMainThread ? enter(directory) : undefined;
  if (around === undefined) return work(`${listingPath(directory)}/`);
  try {
    return work("");
  } finally {
    leave(around);
  }
}

/** The former working directory, held; undefined: this one cannot be entered (no search permission), so nothing was changed. */
function enter(directory: Handle): Handle | undefined {
  let around: Handle;
  try {
    around = openAmbientDirectory(".");
  } catch {
    return undefined;
  }
  try {
    process.chdir(listingPath(directory));
    return around;
  } catch {
    close(around);
    return undefined;
  }
}

function leave(around: Handle): void {
  try {
    process.chdir(listingPath(around));
  } catch {
    // It lost its search permission meanwhile. A caller's directory is no place to stay in.
    process.chdir("/");
  } finally {
    close(around);
  }
}
