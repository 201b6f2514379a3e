import { chmodSync } from "node:fs";
import { writeFile } from "../../src/write/index.ts";
import { plain, writable } from "./writable.ts";

// Runs under strace in changes.test.ts: replaces a file of each mode that it is given.
using tree = writable(["root/f = old"]);
for (const mode of process.argv.slice(2)) {
  chmodSync(tree.at("root/f"), Number.parseInt(mode, 8));
  await writeFile(tree.write("f"), Buffer.from(`new ${mode}`), plain);
}
