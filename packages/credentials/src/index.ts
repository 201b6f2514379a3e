export { openLane, type Lane } from "./lane.ts";
export { Secret } from "./secret.ts";
export { readSource, type Found, type Source } from "./source.ts";
