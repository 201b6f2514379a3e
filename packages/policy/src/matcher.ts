import type { CardLane } from "./card-lane.ts";
import type { Allow, Deny } from "./decision.ts";
import type { Policy } from "./policy.ts";
import type { RouteCard } from "./route-card.ts";
import type { TargetOption } from "./server-shape.ts";
import type { Access, AnyTargetKind, Neighbor, Resolution, Resolved } from "./target-kind.ts";

/** What the matcher has to know of a tool. */
export interface MatchTool {
  readonly name: string;
  /** The key of `targets` that must be `allow`, or the tool does not exist for the card. */
  readonly offUnless?: string;
  readonly uses: readonly { readonly kind: AnyTargetKind; readonly access: Access; readonly argument?: string; readonly operation?: string }[];
}

/** One argument of a call that names one target. */
export interface CallTarget {
  readonly kind: AnyTargetKind;
  /** For the record: `path`, `paths[2]`. */
  readonly argument: string;
  readonly raw: unknown;
  readonly access: Access;
  readonly operation: string;
}

export interface MatchCall {
  readonly principal: string;
  readonly tool: string;
  /** All of them, by one card, or the call is denied. */
  readonly targets: readonly CallTarget[];
  /** Members of list arguments: each stands or falls on its own, by the same card; when none stands the call is denied. */
  readonly each: readonly CallTarget[];
  readonly clientRoots?: readonly string[];
  readonly signal: AbortSignal;
  /**
   * `tried` (default) traces the cards that were asked, so that a decision costs the same with ten thousand cards.
   * `all` asks every card of the principal on this server and is for explanations.
   */
  readonly trace?: "tried" | "all";
}

export type Matched =
  | {
      readonly decision: Allow;
      readonly card: RouteCard;
      /** What the card's `targets` say of the server's own options, defaults filled in. */
      readonly options: Readonly<Record<string, string>>;
      /** In the order of the call's `targets`. */
      readonly targets: readonly Resolved<unknown>[];
      /** In the order of the call's `each`; a refused member stays in its place. */
      readonly each: readonly Resolution<unknown>[];
      /** Lets go of everything that is held. Idempotent. */
      release(): void;
    }
  | { readonly decision: Deny; readonly card: RouteCard | undefined };

/** A call just outside a card, which must be denied. Derived; what the file spells out is in `card.neighbors`. */
export interface MatchNeighbor {
  readonly card: RouteCard;
  readonly principal: string;
  readonly tool: string;
  readonly kind: AnyTargetKind;
  readonly access: Access;
  /** The argument to put `neighbor.raw` in, where the tool said. */
  readonly argument?: string;
  readonly neighbor: Neighbor;
  /** The same as arguments of `decide`. */
  readonly targets: readonly CallTarget[];
}

/**
 * Decides which card carries a call. Guarantees: no card, no call; one card covers every target or the call is denied;
 * a denial holds nothing; the cost of a decision does not grow with the number of cards that do not govern its targets.
 */
export interface Matcher {
  /** The tools that exist for this principal. The same cached set on every call. */
  toolsOf(principal: string): ReadonlySet<string>;
  /** What this principal's cards give for the tool, one line per target, for people. */
  granted(principal: string, tool: string): readonly string[];
  /** Answers at once when the kinds do. Holds what it allowed until `release`; rejects only where a kind failed. */
  decide(call: MatchCall): Matched | Promise<Matched>;
  /** This principal's cards of this server, in file order. */
  cardsOf(principal: string): readonly RouteCard[];
  /** Derived neighbors of every card, for the checker. A call that another card of the principal gives is none. */
  neighbors(): readonly MatchNeighbor[];
  /** Clears away what dead processes of ours left behind, wherever a card gives something to change. Ends early on `signal`. */
  tend(signal: AbortSignal): Promise<void>;
  /** Lets go of all scopes. Idempotent; afterwards every decision is a denial. */
  close(): void;
}

export interface MatcherOptions {
  readonly policy: Policy;
  readonly server: string;
  readonly tools: readonly MatchTool[];
  /** Kinds that read a part of each card, whether or not a tool uses them. */
  readonly kinds?: readonly AnyTargetKind[];
  /** Keys of `targets` that belong to the server itself. */
  readonly options?: readonly TargetOption[];
  /** Home directory of the operator, for `~`. */
  readonly home: string;
  /** Directory that relative targets of the policy are read against. */
  readonly base: string;
  /** Files of our own (policy, evidence) that no card can give. */
  readonly own: readonly string[];
  /** The credential of this name, as kinds use it. Absent: there are none, as for explanations. */
  readonly lanes?: (name: string) => CardLane | undefined;
  /** Directory of our own, where kinds may keep what is of use while the process runs. */
  readonly state?: string;
}
