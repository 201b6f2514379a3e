import { randomFillSync } from "node:crypto";

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Makes UUIDs of version 7 (RFC 9562 §5.7), ordered within a process: 48 bits of milliseconds, 12 bits of a fraction of
 * the millisecond (§6.2, method 3), 62 random bits.
 */
export function callIds(): (milliseconds: number) => string {
  const pool = Buffer.allocUnsafe(4096);
  let used = pool.length;
  let last = 0;
  return (milliseconds) => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const ticks = Math.max(Math.floor(milliseconds * 4096), last + 1);
    last = ticks;
    const whole = Math.floor(ticks / 4096)
      .toString(16)
      .padStart(12, "0");
    const fraction = (0x7000 + (ticks % 4096)).toString(16);
    let random = hex[((pool[used] ?? 0) & 0x3f) | 0x80] ?? "";
    for (let at = used + 1; at < used + 8; at += 1) random += hex[pool[at] ?? 0] ?? "";
    used += 8;
    return `${whole.slice(0, 8)}-${whole.slice(8)}-${fraction}-${random.slice(0, 4)}-${random.slice(4)}`;
  };
}
