#!/usr/bin/env node
// Checks the Node version before anything loads: below it the SQLite binding crashes the process without a word.
import process from "node:process";

const needed = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `postern needs Node ${needed.join(".")} or newer; this is ${process.versions.node}.\n` +
      `Run it on a newer one without installing it: npx -y -p node@24 -p @postern/cli postern ${process.argv.slice(2).join(" ")}\n`,
  );
  process.exit(1);
}
await import("../dist/main.js");
