import { readFileSync } from "node:fs";

/**
 * Whether anything is mounted below a directory, as far as this process's mount namespace tells. One look answers for
 * a whole search, so that files need no question each: a file can be a mount point too. A mount that is made while
 * the search runs is not seen for files; directories are asked one by one in any case.
 */
export function mountsBelow(canonical: string): boolean {
  const prefix = canonical === "/" ? "/" : `${canonical}/`;
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => {
      const point = line.split(" ", 5)[4];
      return point !== undefined && point !== "/" && unescape(point).startsWith(prefix);
    });
}

/** The kernel writes blank, tab, newline and backslash as octal (proc(5)). */
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
