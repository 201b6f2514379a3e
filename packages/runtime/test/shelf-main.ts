import { flushCompileCache } from "node:module";
import { main } from "../src/index.ts";
import { createLibrary } from "./shelf.ts";

await main(createLibrary((book) => process.stderr.write(`opened ${book}\n`)).server);

// Most tests kill it, and what it compiled would be lost for the next one.
setTimeout(flushCompileCache, 200).unref();
