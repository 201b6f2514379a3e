/** Bytes of a path, and segments. */
const longest = 4096;
const deepest = 64;

/**
 * Reads a path within a repository, without a slash at either end; empty for the root. Guarantees: no segment is empty, `.` or
 * `..`, none holds a character that a URL, a terminal or another file system reads as something else. `rule` says why a text is
 * no path.
 */
export function readRepoPath(text: string): { readonly path: string } | { readonly rule: string } {
  const path = text.replace(/^\//, "").replace(/\/$/, "");
  if (path === "") return { path };
  if (Buffer.byteLength(path) > longest) return { rule: "path-too-long" };
  if (!path.isWellFormed()) return { rule: "path-unicode" };
  // Backslashes separate on other systems; what is not seen makes two paths look like one.
  if (/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(path)) return { rule: "path-character" };
  // A percent sign before two digits is read twice by somebody on the way.
  if (/%[0-9a-f]{2}/i.test(path)) return { rule: "path-encoded" };
  const segments = path.split("/");
  if (segments.length > deepest) return { rule: "path-too-deep" };
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) return { rule: "path-segment" };
  // Git itself refuses this name in every spelling that some file system takes for it (CVE-2014-9390).
  if (segments.some((segment) => /^(?:\.git|git~1)[. ]*$/i.test(segment))) return { rule: "path-git" };
  return { path };
}
