import { fileURLToPath } from "node:url";
import type { Ground } from "./ground.ts";

/** One server under measurement. All run on the Node that runs the benchmark. */
export interface Contestant {
  readonly name: string;
  /**
   * `floor`: answers from memory; its figures show what the client alone costs and are compared with nothing.
   * `fsync`: ours, with each change on disk before it is answered, which no official server promises: its figures show
   * what that costs and are compared with nothing either.
   */
  readonly role: "ours" | "fsync" | "official" | "floor";
  readonly script: string;
  /** The policy that it is started with, where the command line alone cannot say what it may do. */
  policy?(root: string): string;
  args(ground: Ground): readonly string[];
}

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const official: readonly Contestant[] = [
  { name: "official 2026.8.31", role: "official", script: place("../node_modules/server-filesystem-2026/dist/index.js"), args: ({ root }) => [root] },
  { name: "official 2.0.1", role: "official", script: place("../node_modules/server-filesystem-2.0/dist/index.js"), args: ({ root }) => [root] },
];

export const readers: readonly Contestant[] = [
  {
    name: "postern",
    role: "ours",
    script: place("../../servers/filesystem-read/bin/postern-filesystem-read.js"),
    args: ({ root, evidence }) => ["--evidence", evidence, root],
  },
  ...official,
  { name: "floor", role: "floor", script: place("floor.ts"), args: () => [] },
];

// the official servers leave it to the system when a change reaches the disk, so like is compared with like.
export const writers: readonly Contestant[] = [
  writer("postern without fsync", "ours", ", durability: none"),
  writer("postern with fsync", "fsync", ""),
  ...official,
];

function writer(name: string, role: Contestant["role"], durability: string): Contestant {
  return {
    name,
    role,
    script: place("../../servers/filesystem-write/bin/postern-filesystem-write.js"),
    policy: (root) => `version: 1
principals: [{ id: me, stdio: true }]
routes: [{ id: bench, server: filesystem-write, principals: [me], tools: "*", targets: { roots: [{ path: ${JSON.stringify(root)} }]${durability} } }]
`,
    args: ({ policy, evidence }) => ["--policy", policy, "--evidence", evidence],
  };
}
