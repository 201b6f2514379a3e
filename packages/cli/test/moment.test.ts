import { describe, expect, it } from "vitest";
import { momentOf } from "../src/moment.ts";
import { UsageError } from "../src/usage-error.ts";

const now = Date.UTC(2026, 10, 22, 12);

describe("a point in time on the command line", () => {
  it.each([
    ["45s", now - 45_000],
    ["10m", now - 600_000],
    ["2h", now - 7_200_000],
    ["3d", now - 259_200_000],
    ["1w", now - 604_800_000],
    ["2026-11-22", Date.UTC(2026, 10, 22)],
    ["2026-11-22T08:00Z", Date.UTC(2026, 10, 22, 8)],
    ["2026-11-22T08:00:00.250Z", Date.UTC(2026, 10, 22, 8) + 250],
    ["2026-11-22t08:00:00z", Date.UTC(2026, 10, 22, 8)],
    ["2026-11-22T08:00:00+02:00", Date.UTC(2026, 10, 22, 6)],
    ["2028-02-29", Date.UTC(2028, 1, 29)],
  ])("reads %s", (text, expected) => {
    expect(momentOf(text, now)).toBe(expected);
  });

  it.each(["", "10", "m", "-5m", "10 m", "1.5h", "2026-02-30", "2026-13-01", "2026-11-22T25:00:00Z", "2026-11-22T08:00:00", "yesterday", "1e3s"])(
    "does not guess at %j",
    (text) => {
      expect(() => momentOf(text, now)).toThrow(UsageError);
    },
  );
});
