import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { plant } from "./planted.ts";

const noTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0 ? undefined : "needs strace";

const lookupFrom = { anywhere: /^openat\(AT_FDCWD, "\/proc\/\d+\/fd\/\d+\//, "at descriptors": /^openat\(AT_FDCWD, "\d+\// } as const;

test.skipIf(noTrace !== undefined).each(["anywhere", "at descriptors"] as const)(
  `standing %s, names nothing outside of the root to the kernel, and follows no link${noTrace === undefined ? "" : ` (${noTrace})`} (F1, F3)`,
  (standing) => {
    using tree = plant("OUTSIDE/SECRET", "root/d/f", "root/.env", "root/l => ../OUTSIDE", "root/abs => $TREE/OUTSIDE/SECRET", "root/in => d/f", "root/p |");
    const at = (raw: string): string => `${tree.path}/${raw}`;
    const outside = [
      "root/l",
      "root/l/SECRET",
      "root/l/",
      "root/abs",
      "root/../OUTSIDE/SECRET",
      "OUTSIDE/SECRET",
      "root/d/../../OUTSIDE/SECRET",
      "root/x/../../OUTSIDE/SECRET",
    ].map(at);
    const inside = ["root/d/f", "root/in", "root/.env", "root/p", "root/x"].map(at);
    const log = at("trace");
    const script = fileURLToPath(new URL("./traced.ts", import.meta.url));
    const node = [process.execPath, "--conditions", "@postern/source", script, standing, at("root"), ...outside, ...inside];
    expect(spawnSync("strace", ["-s", "4096", "-e", "trace=file", "-o", log, ...node], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });

    const lines = readFileSync(log, "utf8").split("\n");
    const begin = lines.findIndex((line) => line.includes("/trace-begins"));
    const traced = lines.slice(
      begin + 1,
      lines.findIndex((line) => line.includes("/trace-ends")),
    );
    // What a call was given stands before its result; a link's text is a result.
    const given = traced.map((line) => (line.startsWith("readlink") ? line.slice(0, line.indexOf(",")) : line));
    expect(traced.length).toBeGreaterThan(30);
    expect(given.filter((line) => line.includes("OUTSIDE") || line.includes(".env"))).toEqual([]);
    const lookups = given.filter((line) => lookupFrom[standing].test(line));
    expect(lookups.length).toBeGreaterThan(10);
    expect(lookups.filter((line) => !/O_NOFOLLOW.*O_PATH/.test(line) || /"(?:\/proc\/\d+\/fd\/)?\d+\/[^"]*\//.test(line))).toEqual([]);
  },
);
