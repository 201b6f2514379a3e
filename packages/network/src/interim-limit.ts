import { Failure } from "@postern/policy";

/** Interim answers (1xx) before the one that counts. Each one starts the timer for headers anew. */
export const mostInterim = 16;

/** Counts the interim answers to one request, and throws `net.too_large` where they do not end. */
export function interimLimit(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > mostInterim) throw new Failure("net.too_large", "The host sends more interim answers than the limit.");
  };
}
