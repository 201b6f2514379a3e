import { describe, expect, test } from "vitest";
import { callIds } from "../src/call-id.ts";
import { wallClock } from "../src/clock.ts";
import { defaultEvidenceFile } from "../src/index.ts";
import { isGone, thisProcess } from "../src/process-identity.ts";

describe("ids of calls", () => {
  const ids = callIds();
  test("are UUIDs of version 7 with the time in front", () => {
    const id = ids(0x0123_4567_89ab);
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("never repeat and sort in the order in which they were made, whatever the clock does", () => {
    const made = Array.from({ length: 20_000 }, (_, index) => ids(2e12 - index * 10));
    expect(new Set(made).size).toBe(made.length);
    expect(made.toSorted()).toEqual(made);
  });
});

test("the clock agrees with the system's and has a fraction", () => {
  const clock = wallClock();
  for (let reading = 0; reading < 100; reading += 1) expect(Math.abs(clock() - Date.now())).toBeLessThan(10);
  expect(Array.from({ length: 10 }, clock).some((reading) => !Number.isInteger(reading))).toBe(true);
});

describe("a process is gone (E2)", () => {
  const here = { pid: process.pid, started: 5, machine: "a", namespace: "n" };
  const hour = 3_600_000;
  test.each([
    ["this one is not", thisProcess(), thisProcess(), 10 * hour, false],
    ["when its pid is nobody's", { ...thisProcess(), pid: 2 ** 22 + 1 }, thisProcess(), 0, true],
    ["when the machine was started anew since", { ...here, machine: "b" }, here, 0, true],
    ["not at once when it counts in another namespace", { ...here, namespace: "m" }, here, hour, false],
    ["in another namespace after a long time", { ...here, namespace: "m" }, here, hour + 1, true],
  ])("%s", (_name, one, observer, since, gone) => {
    expect(isGone(one, observer, since)).toBe(gone);
  });

  test.runIf(process.platform === "linux")("when its pid was given to another", () => {
    const here2 = thisProcess();
    expect(isGone({ ...here2, started: (here2.started ?? 0) - 1 }, here2, 0)).toBe(true);
  });
});

describe("the default file", () => {
  test.each([
    [{ POSTERN_EVIDENCE: "/srv/log.db", XDG_STATE_HOME: "/state" }, "linux", "/srv/log.db"],
    [{ POSTERN_EVIDENCE: "", XDG_STATE_HOME: "/state" }, "linux", "/state/postern/evidence.db"],
    [{ XDG_STATE_HOME: "state" }, "linux", "/home/ada/.local/state/postern/evidence.db"],
    [{}, "linux", "/home/ada/.local/state/postern/evidence.db"],
    [{}, "darwin", "/home/ada/Library/Application Support/postern/evidence.db"],
    [{ XDG_STATE_HOME: "/state" }, "darwin", "/state/postern/evidence.db"],
    [{ LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" }, "win32", "C:\\Users\\ada\\AppData\\Local\\postern\\evidence.db"],
  ] as const)("%j on %s", (environment, platform, file) => {
    expect(defaultEvidenceFile(environment, "/home/ada", platform)).toBe(file);
  });
});
