import { main } from "../src/index.ts";
import { createLibrary } from "./shelf.ts";

await main(createLibrary((book) => process.stderr.write(`opened ${book}\n`)).server);
