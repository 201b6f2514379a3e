#!/usr/bin/env node
// Nothing of the server loads before the version is known: its syntax and its SQLite binding need a newer Node than some that are still around.
import module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import v8 from "node:v8";

const needed = [22, 19];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `postern-repo-write needs Node ${needed.join(".")} or newer, this is ${process.versions.node}. Install one from https://nodejs.org and start it again.\n`,
  );
  process.exitCode = 1;
} else {
  // Most sessions are over before V8 would have optimized them: the first thousand calls take about a sixth less time so.
  for (const flag of ["--no-lazy-feedback-allocation", "--invocation-count-for-maglev=100"]) v8.setFlagsFromString(flag);
  // Compiled code is kept for the next start, below the user's own cache directory: in a shared one, others could put code there.
  const cache = process.env.XDG_CACHE_HOME;
  module.enableCompileCache(join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), ".cache"), "postern", "compiled"));
  await import("../dist/main.js");
  // Written at the end of the process by itself, which a client that kills it does not let it come to.
  setTimeout(() => module.flushCompileCache(), 2_000).unref();
}
