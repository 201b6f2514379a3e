import type { Change } from "@postern/policy";
import { type RewriteOptions, rewrite } from "./rewrite.ts";
import type { WriteAuthority } from "./write-authority.ts";

/** Makes a file or replaces its whole content; see `rewrite` for what holds. */
export function writeFile(target: WriteAuthority, content: Buffer, options: RewriteOptions): Promise<readonly Change[]> {
  return rewrite(target, () => ({ change: "replaced", content }), options);
}
