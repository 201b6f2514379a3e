import type { Committed } from "@postern/policy";
import { pathKind } from "../../src/path-kind.ts";
import { moveEntry, writablePathKind, writeFile } from "../../src/write/index.ts";

// Runs as an ordinary user in changes.test.ts, and prints what became of each write.
const [root = ""] = process.argv.slice(2);
if (root === "--probe") process.exit(0);
const scope = pathKind.scope({ roots: [{ path: root }] }, { route: "test", home: "/nowhere", base: "/", own: [], peers: [] });
const signal = new AbortController().signal;
const committed = { call: "test", log: "test", index: 0 } as unknown as Committed;

function authority(raw: string, operation: string) {
  const resolution = pathKind.resolve(raw, scope, { argument: "path", access: "write", operation, beside: [scope], signal });
  if (resolution instanceof Promise || resolution.decision === "deny") throw new Error(`${raw} is denied`);
  return writablePathKind.mint(resolution, committed);
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    return String((error as { readonly code?: string }).code ?? error);
  }
}

const outcomes: Record<string, string> = {};
for (const raw of ["mine", "locked", "shut/inside", "shut/new", "theirs", "grouped"]) {
  outcomes[raw] = await outcome(() => writeFile(authority(raw, "file"), Buffer.from("new"), { signal, durable: false }));
}
outcomes["move"] = await outcome(() => moveEntry(authority("theirs", "entry"), authority("moved", "new-entry"), { signal, durable: false }));
outcomes["sticky"] = await outcome(() => moveEntry(authority("sticky/b", "entry"), authority("sticky/bb", "new-entry"), { signal, durable: false }));
process.stdout.write(JSON.stringify(outcomes));
