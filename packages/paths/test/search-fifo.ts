import { heldBy } from "../src/held-path.ts";
import { entryNameOf } from "../src/name.ts";
import { searchFile } from "../src/search-file.ts";
import { compileTextPattern } from "../src/text-pattern.ts";
import { ask, authorityOf, scopeOf } from "./planted.ts";

// Runs in a process of its own, which search-contents.test.ts stops when it hangs; prints the outcome.
const root = process.argv[2] ?? "";
const { directory, rules } = heldBy(authorityOf(ask(scopeOf([{ path: root }]), root)));
const name = entryNameOf("a");
if (name === undefined) throw new Error("no name");
const outcome = searchFile(directory, name, "a", {
  matcher: compileTextPattern({ pattern: "needle", literal: true, ignoreCase: false }, () => false),
  rules,
  contextLines: 0,
  maxBytes: 1_000,
  mostHits: 1,
  beforeLarge: () => {},
  mount: undefined,
});
process.stdout.write(JSON.stringify(outcome));
