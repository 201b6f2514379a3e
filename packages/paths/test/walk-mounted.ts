import { searchContents } from "../src/search-contents.ts";
import { walk } from "../src/walk.ts";
import { authorityOf, ask, scopeOf } from "./planted.ts";

// Runs inside a mount namespace that walk.test.ts prepared, and prints what it saw.
const root = process.argv[2] ?? "";
const signal = new AbortController().signal;

async function walked(mounts: "allow" | "deny") {
  const walking = walk(authorityOf(ask(scopeOf([{ path: root, mounts }]), root)), { signal });
  const names: string[] = [];
  for await (const entry of walking) names.push(entry.relative);
  return { names: names.toSorted(), withheld: walking.withheld };
}

async function searched(mounts: "allow" | "deny") {
  const query = {
    pattern: ".",
    literal: false,
    ignoreCase: false,
    include: [],
    excludePatterns: [],
    contextLines: 0,
    limit: 1_000,
    respectGitignore: false,
    signal,
  };
  const { hits, withheld } = await searchContents(authorityOf(ask(scopeOf([{ path: root, mounts }]), root)), query);
  return { names: hits.map((hit) => hit.path.slice(root.length + 1)), withheld };
}

process.stdout.write(
  JSON.stringify({
    denying: await walked("deny"),
    allowing: await walked("allow"),
    contentsDenying: await searched("deny"),
    contentsAllowing: await searched("allow"),
  }),
);
