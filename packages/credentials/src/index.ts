export type { Found } from "./found.ts";
export { keepHelperSecret, type HelperTimes } from "./helper-secret.ts";
export { openLane, type Availability, type Lane, type LaneContext } from "./lane.ts";
export { readPrivateFile, type PrivateFile } from "./private-file.ts";
export { runHelper, type HelperLimits } from "./run-helper.ts";
export { createScrubber, type Scrubber } from "./scrubber.ts";
export { Secret } from "./secret.ts";
export { readSource, type Source } from "./source.ts";
export { Vault } from "./vault.ts";
