import type { Access } from "@postern/policy";
import { protectedRows } from "./protected-names.ts";

interface Tables {
  readonly names: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
  /** Tails by their last part. */
  readonly tails: ReadonlyMap<string, readonly string[]>;
  readonly gitNames: ReadonlySet<string>;
  readonly starts: readonly { readonly text: string; readonly test: RegExp }[];
  readonly parts: readonly { readonly text: string; readonly test: RegExp }[];
  /** First letter and length of all whole names above, and of all extensions: most names share neither with any. */
  readonly nameShapes: Uint32Array;
  readonly extensionShapes: Uint32Array;
}

const tables: Readonly<Record<Access, Tables>> = { read: tablesFor("read"), write: tablesFor("write") };
const gitDirectory = /\/\.git\/(?:(?:modules|worktrees)\/.*\/)?[^/]+$/;

/**
 * The row that protects an entry, as the last part of a rule's name; undefined: none. `name` is its folded name,
 * `path` gives its folded absolute path and is called only when the name alone does not tell. Asked for every entry of
 * a listing, hence the shapes: an ordinary name is done with after a few comparisons.
 */
export function protectedBy(name: string, path: () => string, access: Access): string | undefined {
  const table = tables[access];
  const dot = name.lastIndexOf(".");
  if (dot >= 0) {
    if (hasShape(table.extensionShapes, name.charCodeAt(dot + 1), name.length - dot - 1) && table.extensions.has(name.slice(dot + 1))) {
      return table.names.has(name) ? name : `*${name.slice(dot)}`;
    }
    for (const { text, test } of table.parts) if (name.includes(text) && test.test(name)) return name.slice(0, 64);
  }
  for (const { text, test } of table.starts) if (name.startsWith(text) && test.test(name)) return table.names.has(name) ? name : name.slice(0, 64);
  return hasShape(table.nameShapes, name.charCodeAt(0), name.length) ? byWholeName(table, name, path) : undefined;
}

function byWholeName({ names, tails, gitNames }: Tables, name: string, path: () => string): string | undefined {
  if (names.has(name)) return name;
  const candidates = tails.get(name);
  const atGit = gitNames.has(name);
  if (candidates === undefined && !atGit) return undefined;
  const full = path();
  const tail = candidates?.find((one) => full.endsWith(one));
  if (tail !== undefined) return tail.slice(1);
  return atGit && gitDirectory.test(full) ? `.git/${name}` : undefined;
}

function tablesFor(access: Access): Tables {
  const chosen = protectedRows.filter((row) => row.access === "read" || access === "write");
  const tails = new Map<string, string[]>();
  for (const tail of chosen.flatMap((row) => row.tails ?? [])) {
    const last = tail.slice(tail.lastIndexOf("/") + 1);
    tails.set(last, [...(tails.get(last) ?? []), `/${tail}`]);
  }
  const names = chosen.flatMap((row) => row.names ?? []);
  const gitNames = chosen.flatMap((row) => row.gitNames ?? []);
  const extensions = chosen.flatMap((row) => row.extensions ?? []);
  const patterns = chosen.flatMap((row) => row.patterns ?? []);
  return {
    names: new Set(names),
    extensions: new Set(extensions),
    tails,
    gitNames: new Set(gitNames),
    starts: patterns.flatMap((one) => ("starts" in one ? [{ text: one.starts, test: one.test }] : [])),
    parts: patterns.flatMap((one) => ("has" in one ? [{ text: one.has, test: one.test }] : [])),
    nameShapes: shapesOf([...names, ...tails.keys(), ...gitNames]),
    extensionShapes: shapesOf(extensions),
  };
}

/** For each ASCII letter the lengths of the texts that begin with it, one bit each. */
function shapesOf(texts: readonly string[]): Uint32Array {
  const shapes = new Uint32Array(128);
  for (const text of texts) {
    const first = text.charCodeAt(0);
    if (first >= 128 || text.length > 31) throw new Error(`a protected name that has no shape: ${text}`);
    shapes[first] = (shapes[first] ?? 0) | (1 << text.length);
  }
  return shapes;
}

function hasShape(shapes: Uint32Array, first: number, length: number): boolean {
  return length < 32 && ((shapes[first] ?? 0) & (1 << length)) !== 0;
}
