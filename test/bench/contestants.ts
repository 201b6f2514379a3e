import { fileURLToPath } from "node:url";

/** One server under measurement. All run on the Node that runs the benchmark. */
export interface Contestant {
  readonly name: string;
  /** `floor`: answers from memory; its figures show what the client alone costs and are compared with nothing. */
  readonly role: "ours" | "official" | "floor";
  readonly script: string;
  args(root: string, evidence: string): readonly string[];
}

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const contestants: readonly Contestant[] = [
  {
    name: "postern",
    role: "ours",
    script: place("../../servers/filesystem-read/bin/postern-filesystem-read.js"),
    args: (root, evidence) => ["--evidence", evidence, root],
  },
  { name: "official 2026.8.31", role: "official", script: place("../node_modules/server-filesystem-2026/dist/index.js"), args: (root) => [root] },
  { name: "official 2.0.1", role: "official", script: place("../node_modules/server-filesystem-2.0/dist/index.js"), args: (root) => [root] },
  { name: "floor", role: "floor", script: place("floor.ts"), args: () => [] },
];
