export { jsonLine, printable } from "./printable.ts";
