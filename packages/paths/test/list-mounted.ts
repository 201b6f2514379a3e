import { list } from "../src/list.ts";
import { ask, authorityOf, scopeOf } from "./planted.ts";

// Runs inside a mount namespace that list.test.ts prepared, and prints what it saw.
const root = process.argv[2] ?? "";

async function listed(mounts: "allow" | "deny") {
  const { entries } = await list(authorityOf(ask(scopeOf([{ path: root, mounts }]), root)), { signal: new AbortController().signal, sizes: true });
  return entries.map(({ name, type, size }) => (size === undefined ? [name] : [name, type === "directory" ? "some" : size]));
}

process.stdout.write(JSON.stringify({ denying: await listed("deny"), allowing: await listed("allow") }));
