import type { DenialCode } from "@postern/policy";
import type { TreeSpec } from "@postern/testing";

export const canary = "OUTSIDE-CANARY-5e1f";
const deeper = "x".repeat(255);

/** `root` is what the card gives; everything beside it is out of reach. */
export const neighborhood: TreeSpec = {
  "root/inside.txt": "inside\n",
  "root/a/b/inside.txt": "inside\n",
  "root/a/b/dot.png": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]),
  "root/a/up => ../..": true,
  "root/.env": canary,
  "root/.git/config": canary,
  "root/.ssh/id_ed25519": canary,
  "root/Keys/server.PEM": canary,
  "outside/secret.txt": canary,
  "outside/sub/secret.txt": canary,
  "root-evil/secret.txt": canary,
  "root /secret.txt": canary,
  'root"/secret.txt': canary,
  "ROOT/secret.txt": canary,
  "root/link.txt => ../outside/secret.txt": true,
  "root/linkdir => ../outside": true,
  "root/nested => linkdir/sub": true,
  "root/twice => nested/secret.txt": true,
  "root/dots => a/b/../../../outside/secret.txt": true,
  "root/passwd => /etc/passwd": true,
  "root/etc => /etc": true,
  "root/proc => /proc/self/root/etc/passwd": true,
  "root/loop => loop": true,
  "root/ping => pong": true,
  "root/pong => ping": true,
};

export interface NeighborCase {
  readonly name: string;
  /** Absolute when it starts with `/`: `{T}` is the tree. Relative ones are read against the root. */
  readonly path: string;
  readonly is: "file" | "directory" | "nothing";
  readonly codes: readonly DenialCode[];
}

const outside: readonly DenialCode[] = ["path.outside_root"];
const escape: readonly DenialCode[] = ["path.symlink_escape"];

/** What reaches something forbidden without a guard (`file`, `directory`), or tries to confuse one (`nothing`). */
export const neighborCases: readonly NeighborCase[] = [
  { name: "parent traversal", path: "{T}/root/../outside/secret.txt", is: "file", codes: outside },
  { name: "deep parent traversal", path: "{T}/root/a/b/../../../outside/secret.txt", is: "file", codes: outside },
  { name: "parent traversal to a folder", path: "{T}/root/..", is: "directory", codes: outside },
  { name: "relative parent traversal", path: "../outside/secret.txt", is: "file", codes: outside },
  { name: "more .. than there are parents", path: `${"../".repeat(40)}etc/passwd`, is: "file", codes: outside },
  { name: "an absolute path outside", path: "/etc/passwd", is: "file", codes: outside },
  { name: "the file system's root", path: "/", is: "directory", codes: outside },
  { name: "an absolute path outside with a double slash", path: "//etc//passwd", is: "file", codes: outside },
  { name: "a sibling whose name starts with the root's name (CVE-2025-53110)", path: "{T}/root-evil/secret.txt", is: "file", codes: outside },
  { name: "such a sibling itself", path: "{T}/root-evil", is: "directory", codes: outside },
  { name: "a sibling with a space behind the root's name", path: "{T}/root /secret.txt", is: "file", codes: outside },
  { name: "such a sibling itself, which trimming would turn into the root", path: "{T}/root ", is: "directory", codes: outside },
  { name: "a sibling with a quote behind the root's name", path: '{T}/root"/secret.txt', is: "file", codes: outside },
  { name: "such a sibling itself, which unquoting would turn into the root", path: '{T}/root"', is: "directory", codes: outside },
  { name: "the root's name in another case", path: "{T}/ROOT/secret.txt", is: "file", codes: outside },
  { name: "a symbolic link to a file outside (CVE-2025-53109)", path: "{T}/root/link.txt", is: "file", codes: escape },
  { name: "a symbolic link to a folder outside", path: "{T}/root/linkdir", is: "directory", codes: escape },
  { name: "a file through a linked folder", path: "{T}/root/linkdir/secret.txt", is: "file", codes: escape },
  { name: "a linked folder with a slash behind it", path: "{T}/root/linkdir/", is: "directory", codes: escape },
  { name: "a linked folder with a dot behind it", path: "{T}/root/linkdir/.", is: "directory", codes: escape },
  { name: "a link through a link", path: "{T}/root/nested/secret.txt", is: "file", codes: escape },
  { name: "a link to a link through a link", path: "{T}/root/twice", is: "file", codes: escape },
  { name: "a link with .. in its text", path: "{T}/root/dots", is: "file", codes: escape },
  { name: "a link that climbs to the root's parent", path: "{T}/root/a/up", is: "directory", codes: escape },
  { name: "an absolute link", path: "{T}/root/passwd", is: "file", codes: escape },
  { name: "a file through an absolute link", path: "{T}/root/etc/passwd", is: "file", codes: escape },
  { name: "a link into procfs's view of the root", path: "{T}/root/proc", is: "file", codes: escape },
  { name: ".. behind a linked folder, which text would call inside", path: "{T}/root/linkdir/../outside/secret.txt", is: "file", codes: escape },
  { name: "an environment file", path: "{T}/root/.env", is: "file", codes: ["path.protected"] },
  { name: "a repository's configuration", path: "{T}/root/.git/config", is: "file", codes: ["path.protected"] },
  { name: "a private key", path: "{T}/root/.ssh/id_ed25519", is: "file", codes: ["path.protected"] },
  { name: "the folder of private keys", path: "{T}/root/.ssh", is: "directory", codes: ["path.protected"] },
  { name: "a key file in another case", path: "{T}/root/Keys/server.PEM", is: "file", codes: ["path.protected"] },
  { name: "the process's own files", path: "/proc/self/environ", is: "file", codes: outside },
  { name: "another process's files by a link of procfs", path: "/proc/1/root/etc/passwd", is: "nothing", codes: outside },
  { name: "the home directory by a tilde", path: "~/", is: "nothing", codes: outside },
  { name: "another user's home by a tilde", path: "~root/.bashrc", is: "nothing", codes: [] },
  { name: "an encoded traversal, which nobody decodes", path: "%2e%2e%2foutside%2fsecret.txt", is: "nothing", codes: [] },
  { name: "a doubly encoded traversal", path: "%252e%252e/outside", is: "nothing", codes: [] },
  { name: "overlong UTF-8 as text", path: "..%c0%af../outside", is: "nothing", codes: [] },
  { name: "a traversal with backslashes", path: "..\\outside\\secret.txt", is: "nothing", codes: [] },
  { name: "a file URL", path: "file:///etc/passwd", is: "nothing", codes: [] },
  { name: "a NUL character that ends the name early", path: "{T}/root/inside.txt\0/../../outside/secret.txt", is: "nothing", codes: ["path.invalid"] },
  { name: "a lone surrogate", path: "{T}/root/\ud800", is: "nothing", codes: ["path.invalid", "input.invalid"] },
  { name: "a loop of one link", path: "{T}/root/loop", is: "nothing", codes: ["path.symlink_escape", "path.invalid"] },
  { name: "a loop of two links", path: "{T}/root/ping", is: "nothing", codes: ["path.symlink_escape", "path.invalid"] },
  { name: "a name of 256 bytes", path: `{T}/root/${deeper}x`, is: "nothing", codes: ["path.invalid"] },
  { name: "a path of 5,000 characters", path: `{T}/root/${"a/".repeat(2_500)}`, is: "nothing", codes: ["path.invalid", "input.invalid"] },
  { name: "a path of 1,000 parents", path: `{T}/root/${"../".repeat(1_000)}etc/passwd`, is: "file", codes: ["path.outside_root", "path.invalid"] },
];

/** Every tool that takes a path, with its arguments around one, and what it can be pointed at. */
export const pathTools: readonly {
  readonly tool: string;
  readonly on: "file" | "directory" | "any";
  readonly input: (path: string) => Readonly<Record<string, unknown>>;
}[] = [
  { tool: "read_file", on: "file", input: (path) => ({ path }) },
  { tool: "read_text_file", on: "file", input: (path) => ({ path }) },
  { tool: "read_text_file", on: "file", input: (path) => ({ path, head: 1 }) },
  { tool: "read_text_file", on: "file", input: (path) => ({ path, offset: 1, limit: 1 }) },
  { tool: "read_media_file", on: "file", input: (path) => ({ path }) },
  { tool: "read_multiple_files", on: "file", input: (path) => ({ paths: [path] }) },
  { tool: "list_directory", on: "directory", input: (path) => ({ path }) },
  { tool: "list_directory_with_sizes", on: "directory", input: (path) => ({ path, sortBy: "size" }) },
  { tool: "directory_tree", on: "directory", input: (path) => ({ path }) },
  { tool: "search_files", on: "directory", input: (path) => ({ path, pattern: "**" }) },
  { tool: "search_file_contents", on: "directory", input: (path) => ({ path, pattern: "CANARY" }) },
  { tool: "get_file_info", on: "any", input: (path) => ({ path }) },
];
