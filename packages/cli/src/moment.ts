import { UsageError } from "./usage-error.ts";

const ago = /^(\d{1,6})(s|m|h|d|w)$/;
const unit: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const stamp = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:\d{2}))?$/;

/**
 * A point in time as people write it: `10m` (so long before `now`; s, m, h, d, w), RFC 3339 (`2026-11-22T08:00:00Z`,
 * seconds may be left out), or a date alone, which means midnight UTC. Milliseconds since the epoch.
 */
export function momentOf(text: string, now: number): number {
  const back = ago.exec(text);
  if (back !== null) return now - Number(back[1]) * (unit[back[2] ?? ""] ?? 0);
  const [found, year, month, day, time, zone] = stamp.exec(text) ?? [];
  if (found !== undefined) {
    const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
    const at = Date.parse(time === undefined ? `${year}-${month}-${day}T00:00:00Z` : `${year}-${month}-${day}T${time}${zone?.toUpperCase()}`);
    if (!Number.isNaN(at) && Number(day) <= lastDay) return at;
  }
  throw new UsageError(`${JSON.stringify(text)} is no time: write 10m, 2h, 3d, or RFC 3339 such as 2026-11-22T08:00:00Z`);
}
