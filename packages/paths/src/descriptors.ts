import { closeSync, constants, openSync, readlinkSync } from "node:fs";

/** Not in `fs.constants`; the value on x86, arm, ppc, riscv and s390. The start-up self-test proves it. */
export const O_PATH = 0x200000;
/** This process's directory in procfs under its number: through the link `self` every lookup costs a tenth more. */
export const ourselves = ownDirectory();
const descriptors = `${ourselves}/fd/`;

/**
 * What stands before the number of a descriptor in a path that leads through it. Relative while the process stands at its
 * descriptors, absolute otherwise and in worker threads, which cannot know where the process stands.
 */
export let through = descriptors;

/**
 * Makes the directory of the process's own descriptors its working directory, for good: a name in a held directory is
 * then looked up without the way from `/` through procfs, some 3 % of a small write. The working
 * directory belongs to the whole process, so this is for one that serves and has taken every relative path that it was
 * given. Nothing but this module changes the working directory: a number is a name like any other elsewhere. Core dumps
 * that the system writes where a process stands are not written then. Paths that lead through descriptors are for the
 * synchronous calls of the main thread only: on another thread they would be looked up later, wherever the process stands by then.
 */
export function standAtDescriptors(): void {
  through = descriptors;
  try {
    process.chdir(descriptors);
    through = "";
  } catch {
    // Anywhere but in a caller's directory.
    process.chdir("/");
  }
}

/**
 * Goes into the directory of a descriptor, for as long as synchronous work takes: numbers are names like any other there, so
 * everything is led from `/` meanwhile. What it returns goes back. Throws, and has moved nowhere, when it cannot be entered.
 */
export function standIn(descriptor: number): () => void {
  const back = through === "" ? standAtDescriptors : returnTo(openSync(".", O_PATH | constants.O_DIRECTORY));
  try {
    process.chdir(`${descriptors}${descriptor}`);
    through = descriptors;
    return back;
  } catch (error) {
    back();
    throw error;
  }
}

/** Back to a former working directory, whatever its path leads to by now. */
function returnTo(around: number): () => void {
  return () => {
    try {
      process.chdir(`${descriptors}${around}`);
    } catch {
      // It lost its search permission meanwhile. A caller's directory is no place to stay in.
      process.chdir("/");
    } finally {
      closeSync(around);
    }
  };
}

function ownDirectory(): string {
  try {
    return `/proc/${readlinkSync("/proc/self")}`;
  } catch {
    // No procfs: every call fails, and the start-up self-test says why.
    return "/proc/self";
  }
}
