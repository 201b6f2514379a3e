import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  // Tests run the TypeScript sources; the servers that they start are the built ones.
  resolve: { conditions: ["@postern/source"] },
  ssr: { resolve: { conditions: ["@postern/source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "servers/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // Most tests wait for the servers that they start, some of them for seconds: as many files as processors would leave some idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: "test/compiled-code.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
