/**
 * Milliseconds since the epoch with a fraction of microseconds. Follows the system's clock: a step of it, or a
 * suspended machine (which stops the monotonic clock), shows at the next reading.
 */
export function wallClock(): () => number {
  let anchor = Date.now() - performance.now();
  return () => {
    const coarse = Date.now();
    const fine = anchor + performance.now();
    if (Math.abs(fine - coarse) < 3) return fine;
    anchor = coarse - performance.now();
    return coarse;
  };
}
