import { type RunningServer, startServer, type Tree, tree } from "@postern/testing";
import { fileURLToPath } from "node:url";
import { startReader } from "../subjects.ts";

export const versions = ["2026", "2.0"] as const;
type Version = (typeof versions)[number];

/** Ours and both official servers over one tree, each through the same client library. */
export interface Sides extends AsyncDisposable {
  readonly place: Tree;
  readonly ours: RunningServer;
  readonly official: Readonly<Record<Version, RunningServer>>;
}

const pixels = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

export async function startSides(): Promise<Sides> {
  const place = tree({
    "root/a.txt": "one\ntwo\nthree\n",
    "root/no-newline.txt": "one\ntwo",
    "root/crlf.txt": "one\r\ntwo\r\nthree\r\n",
    "root/blank-lines.txt": "\n\none\n\n",
    "root/empty.txt": "",
    "root/unicode é ü 日本.txt": "Grüße, 世界 🙂\n",
    "root/long.txt": Array.from({ length: 5_000 }, (_, line) => `line ${line + 1} ${"·".repeat(line % 40)}`).join("\n"),
    "root/image.png": pixels,
    "root/sound.mp3": Buffer.from([0xff, 0xfb, 0x90, 0, 0, 0]),
    "root/data.bin": Buffer.from([0, 1, 2, 3]),
    "root/UPPER.PNG": pixels,
    "root/src/index.ts": "export {};\n",
    "root/src/deep/er/file.test.ts": "x",
    "root/src/deep/er/.hidden.ts": "x",
    "root/src/node_modules/pkg/index.js": "y".repeat(3_000),
    "root/node_modules/pkg/index.js": "y".repeat(1_500_000),
    "root/empty-directory/": true,
    "root/inside.txt => a.txt": true,
    "root/latin1.txt": Buffer.from("caf\xe9\n", "latin1"),
    "root/bom.txt": "\ufeffwith a mark\n",
    "root/utf16.txt": Buffer.from("\ufeffwide\n", "utf16le"),
    "root/.env": "PASSWORD=none\n",
    "outside/secret.txt": "secret",
    "root/out => ../outside/secret.txt": true,
  });
  const root = place.at("root");
  const bin = (version: Version): string => fileURLToPath(new URL(`../node_modules/server-filesystem-${version}/dist/index.js`, import.meta.url));
  const [ours, one, two] = await Promise.all([
    startReader([root]),
    startServer({ bin: bin("2026"), args: [root] }),
    startServer({ bin: bin("2.0"), args: [root] }),
  ]);
  return {
    place,
    ours,
    official: { "2026": one, "2.0": two },
    async [Symbol.asyncDispose]() {
      await Promise.all([ours.close(), one.close(), two.close()]);
      place.remove();
    },
  };
}
