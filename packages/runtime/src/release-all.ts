import { reportInternal } from "./report-internal.ts";

/** Lets go of everything that a call holds. One that fails must not keep the others. */
export function releaseAll(held: readonly (() => void)[]): void {
  for (const release of held) {
    try {
      release();
    } catch (error) {
      reportInternal("release", error);
    }
  }
}
