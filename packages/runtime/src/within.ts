import { reportInternal } from "./report-internal.ts";

/** Waits for work that belongs to an end, but no longer than so many milliseconds. Never rejects. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch((error: unknown) => reportInternal("shutdown", error)), late]);
  clearTimeout(timer);
}
