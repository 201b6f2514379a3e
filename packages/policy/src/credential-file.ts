import { isAbsolute, resolve } from "node:path";

/** Where the operator's paths of a policy begin. */
export interface PolicyPlace {
  /** Home directory of the operator, for `~`. */
  readonly home: string;
  /** Directory that relative paths are read against. */
  readonly base: string;
}

/** The absolute path of a credential's file. A `~` where there is no home stays as it is written, and then leads nowhere. */
export function credentialFile(written: string, { home, base }: PolicyPlace): string {
  const expanded = home !== "" && (written === "~" || written.startsWith("~/")) ? home + written.slice(1) : written;
  return isAbsolute(expanded) ? resolve(expanded) : resolve(base, expanded);
}
