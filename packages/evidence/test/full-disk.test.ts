import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCalls } from "../src/index.ts";
import { start } from "./child.ts";
import { onTmpfs } from "./mounted.ts";
import { allowed } from "./samples.ts";
import { reopen, scratch } from "./scratch.ts";

describe("a disk without space (E2)", () => {
  const mounts = process.platform === "linux" && onTmpfs("/mnt", "1m") !== undefined;
  test.runIf(mounts)("refuses decisions, still takes the outcomes of calls under way, and resumes when there is space", async () => {
    const mounted = scratch();
    const child = start("full-disk-process.ts", [mounted], onTmpfs(mounted, "6m"));
    await child.ended();
    expect(JSON.parse(child.lines[0] ?? "")).toEqual({
      ballast: 1_048_576,
      refused: Array.from({ length: 5 }, () => "evidence.unavailable"),
      released: 0,
      settled: 20,
      finishedWhenFull: 20,
      sealed: 1,
      after: "recorded",
      retaken: 1_048_576,
      kinds: ["boot", "sealed", "resumed", "retired", "boot", "retired"],
      probes: 0,
      readOnly: "evidence.unavailable",
      readable: true,
      writable: "recorded",
    });
  });

  test.runIf(process.platform !== "win32")("refuses when its files may not grow any more, and loses nothing that it acknowledged", async () => {
    const file = join(scratch(), "evidence.db");
    // blocks of 512 or 1,024 bytes, by the shell
    const child = start("limited-process.ts", [file], ["sh", "-c", 'ulimit -S -f 4096 && exec "$0" "$@"']);
    await child.ended();
    const acknowledged = child.lines.filter((line) => line.startsWith("d ")).map((line) => line.slice(2));
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(child.lines.slice(acknowledged.length)).toEqual(Array.from({ length: 5 }, () => "refused"));
    expect(readCalls(file, {}).map((call) => call.call)).toEqual(acknowledged);
    const log = await reopen({ file });
    expect(await log.decide(allowed())).toMatchObject({ decision: "recorded" });
  });
});
