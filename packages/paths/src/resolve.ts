import type { DenialCode, Resolution, ResolveContext, SymlinkStep, TargetRecord } from "@postern/policy";
import { givenPlaces } from "./client-roots.ts";
import { fixedPlace, rootsOver } from "./fixed-places.ts";
import { descend, type Place, type Reached, type Wanted } from "./descend.ts";
import { close } from "./handle.ts";
import { HeldPath } from "./held-path.ts";
import { assertOpen, rulesFor, type PathScope, type ScopeRoot } from "./path-scope.ts";
import { prove, type Proof } from "./prove.ts";
import { deniedMessage, shown } from "./denied-message.ts";
import { parseRequested } from "./requested-path.ts";
import { absolutePath, rootMoved, rootStands, type Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

/** Operations on the entry itself, in the words of the tools that write: one that is there, and one that must not be. */
const ofEntries: ReadonlySet<string> = new Set(["entry", "new-entry", "new-file"]);
/** Of these, the ones that take a name away or give one to something that was elsewhere. */
const ofNames: ReadonlySet<string> = new Set(["entry", "new-entry"]);
const ofFiles: ReadonlySet<string> = new Set(["file", "new-file"]);

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
  governing: ScopeRoot,
  parts: readonly string[],
  mustBeDirectory: boolean,
): Resolution<HeldPath> {
  const { root } = governing;
  const rules = rulesFor(scope, governing, context.access, context.beside);
  const writes = context.access === "write";
  const entry = writes && ofEntries.has(context.operation);
  const found = walkProven(root, parts, { mustBeDirectory, entry, free: entry && context.operation !== "entry", place: writes }, rules);
  if ("code" in found) return deny(raw, scope, context, { ...found, root });
  const { relative, type, symlinks } = found;
  const canonical = absolutePath(root, relative);
  const named = writes && ofNames.has(context.operation);
  const led = (named ? fixedPlace(canonical, root, scope) : undefined) ?? (type === "symlink" ? leadsTo(root, parts, rules) : undefined);
  if (led !== undefined) {
    letGo(root, found);
    return deny(raw, scope, context, { symlinks, ...led, root, relative });
  }
  const beyond = writes && context.operation !== "directory" && isRoot(root, relative, scope) ? "root-itself" : undefined;
  const outside = beyond ?? (context.clientRoots !== undefined && !clientGives(context.clientRoots, root, relative, rules, scope) ? "client-roots" : undefined);
  if (outside !== undefined) {
    letGo(root, found);
    return deny(raw, scope, context, { code: "path.outside_root", rule: outside, root, relative, symlinks });
  }
  // A slash at its end makes a name a directory's, and no file is made under it.
  const slashed = writes && mustBeDirectory && found.problem === "fs.not_found" && ofFiles.has(context.operation);
  const problem = slashed ? "fs.is_directory" : found.problem;
  return {
    decision: "allow",
    held: new HeldPath({
      root,
      relative,
      canonical,
      rules,
      type,
      handle: found.handle,
      stat: found.stat,
      place: found.place,
      state: scope.state,
      ...(named && { within: rootsOver(canonical, scope) }),
      ...(problem && { problem }),
    }),
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
  readonly stat: Reached["stat"];
  readonly place: Place | undefined;
  readonly relative: string;
  readonly type: HeldPath["type"];
  readonly problem: Extract<Proof, { outcome: "proven" }>["problem"];
  readonly symlinks: readonly SymlinkStep[];
}

/** The root itself, or another one of the same card that lies in it. */
function isRoot(root: Root, relative: string, { roots }: PathScope): boolean {
  if (relative === "") return true;
  const canonical = absolutePath(root, relative);
  return roots.some((other) => other.root.canonical === canonical);
}

/** A file that a writer of ours is just putting in place has two names for some microseconds. */
function mayPass(code: DenialCode): boolean {
  return code === "path.hardlink";
}

/** A link that is itself wanted must not lead where its caller could not go: why it does; undefined: it does not. */
function leadsTo(root: Root, parts: readonly string[], rules: EntryRules): Refusal | undefined {
  const followed = walkProven(root, parts, { mustBeDirectory: false, entry: false, place: false }, rules);
  if ("code" in followed) return followed;
  letGo(root, followed);
  return undefined;
}

function letGo(root: Root, { handle, place }: Pick<Found, "handle" | "place">): void {
  if (handle !== undefined) close(handle);
  if (place !== undefined && place.directory !== handle && place.directory !== root.handle) close(place.directory);
}

function walkProven(root: Root, parts: readonly string[], wanted: Wanted, rules: EntryRules): Found | Refusal {
  for (let tries = 0; tries < mostTries; tries++) {
    if (!rootStands(root)) return { code: "path.root_replaced", rule: "root-replaced", symlinks: [] };
    const descent = descend(root, parts, wanted, rules);
    if (descent.outcome === "refused") return descent;
    if (descent.outcome === "raced") continue;
    const { symlinks, place, handle } = descent;
    let proof: Proof | undefined;
    try {
      proof = prove(root, descent, rules);
    } finally {
      if (proof?.outcome !== "proven") letGo(root, { handle, place });
    }
    if (proof.outcome === "raced" || (proof.outcome === "refused" && mayPass(proof.code) && tries + 1 < mostTries)) continue;
    if (proof.outcome === "refused") return { ...proof, symlinks };
    const { relative, type, problem } = proof;
    if (type !== "missing") return { handle, stat: descent.stat, place, relative, type, problem, symlinks };
    if (place === undefined) close(handle);
    return { handle: undefined, stat: undefined, place, relative, type, problem, symlinks };
  }
  // Proofs compare with the root's own path, so none holds once it was moved.
  if (rootMoved(root)) return { code: "path.root_replaced", rule: "root-moved", symlinks: [] };
  return { code: "path.raced", rule: "raced", symlinks: [] };
}

/** Whether a place below a root lies in one that the client announced. Those are walked like any other path, below our root only. */
function clientGives(announced: readonly string[], root: Root, relative: string, rules: EntryRules, { home }: PathScope): boolean {
  const places = givenPlaces(announced, { root, rules, home }, (parts) => {
    const place = walkProven(root, parts, { mustBeDirectory: true, entry: false, place: false }, rules);
    if ("code" in place) return undefined;
    letGo(root, place);
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
