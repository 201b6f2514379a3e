import { staysBelow } from "./requested-path.ts";
import type { Root } from "./root.ts";

interface Node<Value> {
  readonly children: Map<string, Node<Value>>;
  values: Value[];
  /** On the tree of configured spellings: the canonical parts that this spelling stands for. */
  canonical?: readonly string[];
}

export interface Located<Value> {
  readonly values: readonly Value[];
  /** What is left of the path below the root. */
  readonly rest: readonly string[];
}

/**
 * Finds the deepest root that an absolute path lies below by its text, in time of its length alone. A root is known by
 * its canonical path and by the configured one, which may lead through links. It only picks whom to ask: what is
 * found is proven by the walk.
 */
export class RootTable<Value> {
  readonly #canonical: Node<Value> = emptyNode();
  readonly #configured: Node<Value> = emptyNode();

  add(root: Root, value: Value): void {
    const canonical = partsOf(root.canonical);
    plant(this.#canonical, canonical).values.push(value);
    if (root.configured !== root.canonical) plant(this.#configured, partsOf(root.configured)).canonical = canonical;
  }

  locate(parts: readonly string[]): Located<Value> | undefined {
    let best: (Located<Value> & { readonly depth: number; readonly stays: boolean }) | undefined;
    for (const spelled of this.#spellings(parts)) {
      for (const { node, depth } of nodesOn(this.#canonical, spelled)) {
        if (node.values.length === 0) continue;
        const rest = spelled.slice(depth);
        const stays = staysBelow(rest);
        // A path that climbs out again belongs to the root that it climbs into; if there is none, the refusal says so.
        if (best !== undefined && (best.stays ? !stays || depth <= best.depth : !stays)) continue;
        best = { values: node.values, rest, depth, stays };
      }
    }
    return best;
  }

  *#spellings(parts: readonly string[]): Generator<readonly string[]> {
    yield parts;
    for (const { node, depth } of nodesOn(this.#configured, parts)) {
      if (node.canonical !== undefined) yield [...node.canonical, ...parts.slice(depth)];
    }
  }
}

function* nodesOn<Value>(top: Node<Value>, parts: readonly string[]): Generator<{ readonly node: Node<Value>; readonly depth: number }> {
  let node: Node<Value> | undefined = top;
  for (let depth = 0; node !== undefined; depth++) {
    yield { node, depth };
    const part: string | undefined = parts[depth];
    node = part === undefined ? undefined : node.children.get(part);
  }
}

function plant<Value>(top: Node<Value>, parts: readonly string[]): Node<Value> {
  let node = top;
  for (const part of parts) {
    let next = node.children.get(part);
    if (next === undefined) node.children.set(part, (next = emptyNode()));
    node = next;
  }
  return node;
}

function emptyNode<Value>(): Node<Value> {
  return { children: new Map(), values: [] };
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}
