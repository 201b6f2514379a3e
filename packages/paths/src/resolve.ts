import type { DenialCode, Resolution, ResolveContext, SymlinkStep, TargetRecord } from "@postern/policy";
import { givenPlaces } from "./client-roots.ts";
import { descend } from "./descend.ts";
import { close } from "./handle.ts";
import { HeldPath } from "./held-path.ts";
import { assertOpen, rulesFor, type PathScope, type ScopeRoot } from "./path-scope.ts";
import { prove, type Proof } from "./prove.ts";
import { deniedMessage, shown } from "./denied-message.ts";
import { parseRequested } from "./requested-path.ts";
import { absolutePath, rootMoved, rootStands, type Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

/** How often a walk starts again when names were swapped under it. */
const mostTries = 4;

type PathContext = Omit<ResolveContext<PathScope>, "signal">;

interface Refusal {
  readonly code: DenialCode;
  readonly rule: string;
  readonly root?: Root;
  readonly relative?: string;
  readonly symlinks: readonly SymlinkStep[];
}

/**
 * Proves where a path leads below the roots of one card, and holds what it found. Reads no content, opens no device,
 * asks the kernel about nothing outside of the roots. A path that ends in nothing is allowed as far as it goes: its
 * parent was proven, and the use of it fails `fs.not_found`.
 */
export function resolve(raw: string, scope: PathScope, context: PathContext): Resolution<HeldPath> {
  assertOpen(scope);
  const requested = parseRequested(raw, scope.home);
  if ("rule" in requested) return deny(raw, scope, context, { code: "path.invalid", rule: requested.rule, symlinks: [] });
  if (!requested.absolute) return resolveRelative(raw, scope, context, requested.parts, requested.mustBeDirectory);
  const located = scope.table.locate(requested.parts);
  const [entry] = located?.values ?? [];
  if (located === undefined || entry === undefined) return deny(raw, scope, context, { code: "path.outside_root", rule: "outside-root", symlinks: [] });
  return resolveIn(raw, scope, context, entry, located.rest, requested.mustBeDirectory);
}

/** A relative path belongs to the first root in which it exists; else a denial speaks before a missing file does. */
function resolveRelative(raw: string, scope: PathScope, context: PathContext, parts: readonly string[], mustBeDirectory: boolean): Resolution<HeldPath> {
  let denied: Resolution<HeldPath> | undefined;
  let missing: Resolution<HeldPath> | undefined;
  for (const entry of scope.roots) {
    const resolution = resolveIn(raw, scope, context, entry, parts, mustBeDirectory);
    if (resolution.decision === "deny") denied ??= resolution;
    else if (resolution.held.type !== "missing") return resolution;
    else missing ??= resolution;
  }
  return denied ?? missing ?? deny(raw, scope, context, { code: "path.outside_root", rule: "outside-root", symlinks: [] });
}

function resolveIn(
  raw: string,
  scope: PathScope,
  context: PathContext,
  entry: ScopeRoot,
  parts: readonly string[],
  mustBeDirectory: boolean,
): Resolution<HeldPath> {
  const { root } = entry;
  const rules = rulesFor(scope, entry, context.access, context.beside);
  const found = walkProven(root, parts, mustBeDirectory, rules);
  if ("code" in found) return deny(raw, scope, context, { ...found, root });
  const { relative, type, symlinks } = found;
  if (context.clientRoots !== undefined && !clientGives(context.clientRoots, root, relative, rules, scope)) {
    if (found.handle !== undefined) close(found.handle);
    return deny(raw, scope, context, { code: "path.outside_root", rule: "client-roots", root, relative, symlinks });
  }
  const canonical = absolutePath(root, relative);
  return {
    decision: "allow",
    held: new HeldPath({ root, relative, canonical, rules, type, handle: found.handle, ...(found.problem && { problem: found.problem }) }),
    record: {
      ...baseRecord(raw, scope, context),
      decision: "allow",
      canonical,
      root: root.canonical,
      cwd: root.canonical,
      ...(symlinks.length > 0 && { symlinks }),
    },
  };
}

interface Found {
  readonly handle: HeldPath["handle"] | undefined;
  readonly relative: string;
  readonly type: HeldPath["type"];
  readonly problem: Extract<Proof, { outcome: "proven" }>["problem"];
  readonly symlinks: readonly SymlinkStep[];
}

function walkProven(root: Root, parts: readonly string[], mustBeDirectory: boolean, rules: EntryRules): Found | Refusal {
  for (let tries = 0; tries < mostTries; tries++) {
    if (!rootStands(root)) return { code: "path.root_replaced", rule: "root-replaced", symlinks: [] };
    const descent = descend(root, parts, mustBeDirectory, rules);
    if (descent.outcome === "refused") return descent;
    if (descent.outcome === "raced") continue;
    const proof = prove(root, descent, rules);
    const { symlinks } = descent;
    if (proof.outcome === "refused") return { ...proof, symlinks };
    if (proof.outcome === "raced") continue;
    const { relative, type, problem } = proof;
    return { handle: type === "missing" ? undefined : descent.handle, relative, type, problem, symlinks };
  }
  // Proofs compare with the root's own path, so none holds once it was moved.
  if (rootMoved(root)) return { code: "path.root_replaced", rule: "root-moved", symlinks: [] };
  return { code: "path.raced", rule: "raced", symlinks: [] };
}

/** Whether a place below a root lies in one that the client announced. Those are walked like any other path, below our root only. */
function clientGives(announced: readonly string[], root: Root, relative: string, rules: EntryRules, { home }: PathScope): boolean {
  const places = givenPlaces(announced, { root, rules, home }, (parts) => {
    const place = walkProven(root, parts, true, rules);
    if ("code" in place) return undefined;
    if (place.handle !== undefined) close(place.handle);
    return place.type === "directory" ? place.relative : undefined;
  });
  if (places.has("") || places.has(relative)) return true;
  for (let at = relative.lastIndexOf("/"); at > 0; at = relative.lastIndexOf("/", at - 1)) if (places.has(relative.slice(0, at))) return true;
  return false;
}

function deny(raw: string, scope: PathScope, context: PathContext, refusal: Refusal): Resolution<HeldPath> {
  const { code, rule, root, relative, symlinks } = refusal;
  const canonical = root !== undefined && relative !== undefined ? absolutePath(root, relative) : undefined;
  // Where a denied link points, and where a path outside of the roots leads, is not the caller's to know.
  const withheld = symlinks.some((step) => step.decision === "denied")
    ? (["canonical", "symlinks"] as const)
    : canonical === undefined
      ? (["canonical"] as const)
      : undefined;
  const record: TargetRecord = {
    ...baseRecord(raw, scope, context),
    decision: "deny",
    code,
    ...(canonical !== undefined && { canonical }),
    ...(root !== undefined && { root: root.canonical }),
    ...(symlinks.length > 0 && { symlinks }),
    ...(withheld !== undefined && { withheld }),
  };
  return { decision: "deny", code, rule, record, message: deniedMessage(code, rule, shown(raw), scope, context.clientRoots) };
}

function baseRecord(
  raw: string,
  scope: PathScope,
  { argument, operation }: PathContext,
): Pick<TargetRecord, "kind" | "argument" | "raw" | "operation" | "cwd" | "guarantee"> {
  const [first] = scope.roots;
  return { kind: "path", argument, raw, operation, ...(first !== undefined && { cwd: first.root.canonical }), guarantee: "race-free" };
}
