/**
 * An independent reading of the same semantics, over a tree in memory: nodes with parents, links resolved by recursion,
 * no handles and no splicing. It shares no code with the walk that it judges.
 */
export interface ModelNode {
  readonly name: string;
  readonly kind: "directory" | "file" | "link" | "phantom";
  readonly parent: ModelNode | undefined;
  readonly children: Map<string, ModelNode>;
  readonly target: string;
}

export function node(kind: ModelNode["kind"], name: string, parent: ModelNode | undefined, target = ""): ModelNode {
  return { name, kind, parent, children: new Map(), target };
}

class Refused extends Error {}

interface State {
  hops: number;
  /** Something was missing, or no directory where one was needed: the rest is text. */
  broken: boolean;
}

/** The outcome line of the tests' `outcomeOf`, without rules for names, mounts and special files. */
export function modelOutcome(root: ModelNode, raw: string): string {
  const state: State = { hops: 0, broken: false };
  try {
    const end = walk(root, raw, state);
    if (mustBeDirectory(raw) && end.kind === "file") state.broken = true;
    const type = state.broken || end.kind === "phantom" ? "missing" : end.kind;
    return `allow ${type} ${pathOf(end)}`;
  } catch (error) {
    if (error instanceof Refused) return `deny ${error.message}`;
    throw error;
  }
}

function walk(from: ModelNode, text: string, state: State): ModelNode {
  let at = from;
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (at.kind === "file") state.broken = true;
    if (part === "..") {
      if (at.parent === undefined) throw new Refused(state.hops === 0 ? "path.outside_root parent-traversal" : "path.symlink_escape symlink-escape");
      at = at.parent;
      continue;
    }
    const child: ModelNode | undefined = state.broken ? undefined : at.children.get(part);
    if (child === undefined) {
      state.broken = true;
      at = node("phantom", part, at);
    } else if (child.kind === "link") {
      state.hops++;
      if (state.hops > 40) throw new Refused("path.symlink_escape symlink-loop");
      if (child.target.startsWith("/")) throw new Refused("path.symlink_escape symlink-absolute");
      at = walk(at, child.target, state);
      if (mustBeDirectory(child.target) && at.kind === "file") state.broken = true;
    } else {
      at = child;
    }
  }
  return at;
}

function mustBeDirectory(text: string): boolean {
  return text.endsWith("/") || text.endsWith("/.") || text === ".";
}

function pathOf(end: ModelNode): string {
  const names: string[] = [];
  for (let at: ModelNode = end; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  return names.join("/");
}
