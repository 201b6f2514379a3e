import type { DenialCode } from "@postern/policy";
import { shownRoots, type PathScope } from "./path-scope.ts";

/** A raw path for a sentence: quoted, and no longer than a sentence bears. */
export function shown(raw: string): string {
  return JSON.stringify(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
}

/** What was refused and what would be allowed, in one sentence that names nothing outside of the card. */
export function deniedMessage(code: DenialCode, rule: string, path: string, scope: PathScope, clientRoots?: readonly string[]): string {
  const roots = shownRoots(scope);
  switch (code) {
    case "path.outside_root":
      if (roots === "") return `${path} is refused: the card gives no directory.`;
      if (rule === "client-roots" && clientRoots?.length === 0)
        return `${path} is refused: the client announced roots but did not name them; of ${roots} it gets what lies in those that it names.`;
      if (rule === "client-roots") return `${path} lies outside of the roots that the client announced; ask for something inside of both them and ${roots}.`;
      if (rule === "root-itself") return `${path} is the allowed directory itself, which cannot be replaced, moved or deleted; what lies in ${roots} can.`;
      if (rule === "tree:root") return `${path} holds an allowed directory, or a link to one, and keeps its place; move what lies beside that.`;
      if (rule === "narrower-card") return `${path} is governed by another route card than this one; ask for something else below ${roots}.`;
      return `${path} lies outside of the allowed directories; allowed: ${roots}.`;
    case "path.symlink_escape":
      if (rule === "symlink-absolute")
        return `${path} leads through a symbolic link with an absolute target, which is refused; relative links inside of ${roots} are followed.`;
      if (rule === "symlink-loop") return `${path} leads through more than 40 symbolic links; ask for the file itself.`;
      if (rule === "symlink-dangling")
        return `${path} leads through a symbolic link to something that does not exist; write to the place itself, below ${roots}.`;
      return `${path} leads through a symbolic link out of the allowed directories; links that stay inside of ${roots} are followed.`;
    case "path.mount_crossing":
      return `${path} lies on another mounted file system, which the card does not give; ask for files of ${roots} itself.`;
    case "path.special_file":
      return `${path} is a device, FIFO or socket; only regular files and directories are given.`;
    case "path.protected":
      return `${path} has a protected name (${rule.slice(rule.indexOf(":") + 1)}), which the card does not give; other files below ${roots} are allowed.`;
    case "path.excluded":
      return `${path} is excluded by the card's own pattern ${rule}; other files below ${roots} are allowed.`;
    case "path.hardlink":
      return `${path} has several hard links, which the card refuses; files with one name are allowed.`;
    case "path.root_replaced":
      return `${path} is refused because the allowed directory was moved or replaced; the server has to be started anew.`;
    case "path.raced":
      return `${path} kept changing while it was being resolved; try again.`;
    default:
      return `${path} is not a usable path (${rule}); give names of up to 255 bytes below ${roots}.`;
  }
}
