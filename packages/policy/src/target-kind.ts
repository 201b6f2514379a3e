import type { ZodRawShape } from "zod";
import type { Committed } from "./committed.ts";
import type { DenialCode, FailureCode } from "./codes.ts";
import type { CardRemark, RemarkedCard } from "./card-remark.ts";
import type { CardLane } from "./card-lane.ts";
import type { TargetRecord } from "./decision.ts";
import type { PolicyNetwork } from "./policy.ts";

export type Access = "read" | "write";

/** What a resolution may depend on besides the raw value and the card's scope. */
export interface ResolveContext<Scope = unknown> {
  /** The argument that held the raw value, for the record. */
  readonly argument: string;
  readonly access: Access;
  /** What the tool wants, in the kind's own words: for paths `file`, `directory` or `any`. */
  readonly operation: string;
  /**
   * Every scope that the same principal holds for the same tool, this one included: the narrowest one governs a target.
   * The same array from call to call, so a kind can remember by it what it worked out.
   */
  readonly beside: readonly Scope[];
  /** Roots that the client announced. They narrow what the card gives and never widen it. Absent: the client announced none. */
  readonly clientRoots?: readonly string[];
  readonly signal: AbortSignal;
}

/** A target that the card covers, proven and held: `held` is the kind's own proof (an open handle, a pinned address). */
export interface Resolved<Held> {
  readonly decision: "allow";
  readonly record: TargetRecord;
  readonly held: Held;
}

export interface Refused {
  readonly decision: "deny";
  readonly record: TargetRecord;
  readonly code: DenialCode;
  readonly rule: string;
  /** One sentence, free of anything outside the caller's authority. */
  readonly message: string;
}

export type Resolution<Held> = Resolved<Held> | Refused;

/** What stands at a target before a call, for explanations of what the call would do. */
export interface TargetState {
  readonly exists: "file" | "directory" | "symlink" | "missing";
  /** Size of a file. */
  readonly bytes?: number;
  /** Another one whenever the entry or its content may be another. Absent: nothing tells. */
  readonly version?: string;
  /** Names that would have to be made, the outermost first; only of what is missing. */
  readonly missing?: readonly string[];
  /** Why nothing could be made there. */
  readonly problem?: FailureCode;
}

/** A named text of a target, as it came or as it would leave. */
export interface TargetDetail {
  readonly name: string;
  readonly text: string;
  /** The text is JSON: where it is too long to be read, its long members are cut and the others shown. */
  readonly json?: true;
}

/** A call that must be decided one way, derived from a card or written in the policy file. */
export interface Neighbor<Raw = unknown> {
  /** What it stands for: `parent`, `sibling with the root's prefix`, `symlink out`, … */
  readonly name: string;
  readonly raw: Raw;
  readonly operation: string;
  /** The codes that count as the right refusal. */
  readonly codes: readonly DenialCode[];
}

/**
 * The seam between the guard and one class of things that a call can reach. The guard knows no paths, URLs or
 * repositories: it asks the kind to resolve a raw value against a card, commits the decision, then asks the kind to
 * mint authority. A new server brings its own kind and changes nothing else.
 *
 * Guarantees that an implementation gives: `resolve` reads no content and sends no request; what it proved stays held
 * until `release`, so nothing is looked up again between the decision and its use; `mint` cannot be called without a
 * committed decision.
 */
export interface TargetKind<Shape extends ZodRawShape, Raw, Scope, Held, Authority> {
  readonly name: string;
  /** Its keys in a card's `targets`, each with a closed schema. */
  readonly targets: Shape;
  /**
   * Prepares the targets of one card, once per policy load: opens roots, compiles patterns. Takes the parsed
   * `targets` object, of which only the kind's own keys are its business. Throws `PolicyError` when they cannot be used.
   */
  scope(targets: unknown, context: ScopeContext): Scope;
  /**
   * What the text of a card says that cannot be meant, or hardly is, each at its place. Opens and resolves nothing. Asked for
   * cards whose targets fit the schema, before `scope`.
   */
  remarks?(card: RemarkedCard): Iterable<CardRemark>;
  /** Lets go of what `scope` opened. */
  close(scope: Scope): void;
  /** Discovery: is there anything at all that this scope gives for such access? */
  grants(scope: Scope, access: Access): boolean;
  /**
   * Prepares the lookup of scopes by raw value, so that a decision costs the same with ten cards and ten thousand.
   * The returned function names the positions of the scopes that govern the value, narrowest only; several mean that
   * any of them may hold it. Empty: no scope does.
   */
  index(scopes: readonly Scope[]): (raw: Raw) => readonly number[];
  /** Two scopes that both govern a value, with neither narrower: the text names it. Undefined: they never clash. */
  overlap(one: Scope, other: Scope): string | undefined;
  /**
   * Names such that two scopes which overlap share at least one (a root's identity, a host pattern). With it `overlap`
   * is asked only for scopes that share a name; without it for every pair, which is slow with thousands of cards.
   */
  keys?(scope: Scope): readonly string[];
  resolve(raw: Raw, scope: Scope, context: ResolveContext<Scope>): Resolution<Held> | Promise<Resolution<Held>>;
  /**
   * What no target of a call shows alone: a tree that is moved is judged by the rules of both its ends. Gets the call's
   * targets of this kind, all allowed, in order; answers with one of them, or with the refusal of one.
   */
  relate?(resolved: readonly Resolved<Held>[], context: Pick<ResolveContext<Scope>, "signal">): Resolution<Held> | Promise<Resolution<Held>>;
  /** What a resolved target is right now, for explanations. Reads no content. */
  state?(resolved: Resolved<Held>): TargetState;
  /**
   * Names what a call would do to the target, all of it, so that the same again can be told from something else: for tools
   * whose calls carry an idempotency key. Equal texts mean the same.
   */
  identity?(resolved: Resolved<Held>): string;
  /** What of the raw value its record does not hold and a human must see who is asked about the call: `body`, whole. */
  details?(resolved: Resolved<Held>): readonly TargetDetail[];
  mint(resolved: Resolved<Held>, committed: Committed): Authority;
  /** Lets go of what `resolve` holds; called exactly once for each resolved target, after the handler or instead of it. */
  release(resolved: Resolved<Held>): void;
  /**
   * Clears away what earlier processes of ours left behind in the scopes when they died. Called after a start, beside
   * the calls; gives way to them, and must not touch what a living process still uses.
   */
  tend?(scopes: readonly Scope[], signal: AbortSignal): Promise<void>;
  /** Denied calls just outside the card, for the checker. */
  neighbors(scope: Scope): readonly Neighbor<Raw>[];
  /** What the scope gives, for people: one line per target. */
  describe(scope: Scope): readonly string[];
  /** How the raw value is written into records and messages. */
  show(raw: Raw): string;
}

export interface ScopeContext {
  /** Id of the card. */
  readonly route: string;
  /** Home directory of the operator, for `~`. */
  readonly home: string;
  /** Directory that relative targets of the policy are read against. */
  readonly base: string;
  /** Files of our own (policy, evidence) that no card can give. */
  readonly own: readonly string[];
  /** Scopes of this kind of all cards of the server, whoever's they are; complete when the policy is loaded. */
  readonly peers: readonly unknown[];
  /** What the operator says of the network, for all cards. Absent: nothing. */
  readonly network?: PolicyNetwork;
  /** A human says yes to each call of the card, and to nothing else than what was shown. Absent: nobody is asked. */
  readonly approval?: "required";
  /** The card's credential. Absent: it names none. */
  readonly lane?: CardLane;
  /** Directory of our own, where a kind may keep what is of use while the process runs. Absent: there is none. */
  readonly state?: string;
}

// the guard holds kinds of every type; each one keeps its own types together.
export type AnyTargetKind = TargetKind<any, any, any, any, any>;
export type AuthorityOf<Kind> = Kind extends TargetKind<infer _S, infer _R, infer _Sc, infer _H, infer Authority> ? Authority : never;
