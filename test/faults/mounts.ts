import { tree } from "@postern/testing";
import { execFileSync } from "node:child_process";

/** Whether this process may mount a file system of its own. */
export function canMount(): boolean {
  using probe = tree({});
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe.root], { stdio: "ignore" });
    execFileSync("umount", [probe.root], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
