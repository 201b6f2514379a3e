#!/usr/bin/env node
// Checks the Node version before anything loads: below it the SQLite binding crashes the process without a word.
import process from "node:process";

const needed = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `postern needs Node ${needed.join(".")} or newer, this is ${process.versions.node}. Install one from https://nodejs.org and start it again.\n`,
  );
  process.exit(1);
}
await import("../dist/main.js");
