import { createRequire } from "node:module";

// Sources and dist lie equally deep below the package.
const own = createRequire(import.meta.url)("../package.json") as { readonly version: string };

export const version: string = own.version;
