import { existsSync } from "node:fs";
import { standAtDescriptors } from "../src/descriptors.ts";
import { pathKind } from "../src/path-kind.ts";
import { ask, scopeOf } from "./planted.ts";

// Runs under strace in system-calls.test.ts: everything between the two marks is the guard's own doing.
const [standing, root = "", ...raws] = process.argv.slice(2);
if (standing === "at descriptors") standAtDescriptors();
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
