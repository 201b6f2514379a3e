import { existsSync } from "node:fs";
import { pathKind } from "../src/path-kind.ts";
import { ask, scopeOf } from "./planted.ts";

// Runs under strace in system-calls.test.ts: everything between the two marks is the guard's own doing.
const [root = "", ...raws] = process.argv.slice(2);
const scope = scopeOf([{ path: root }]);
const resolveAll = (): void => {
  for (const raw of raws) {
    const resolution = ask(scope, raw, { clientRoots: ["/", root] });
    if (resolution.decision === "allow") pathKind.release(resolution);
  }
};
// The first round loads what loads late.
resolveAll();
existsSync("/trace-begins");
resolveAll();
existsSync("/trace-ends");
