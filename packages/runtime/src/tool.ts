import type { Effect } from "@postern/evidence";
import type {
  Access,
  AnyTargetKind,
  AuthorityOf,
  Change,
  DenialCode,
  FailureCode,
  PolicyCredential,
  RouteCard,
  TargetOption,
  TargetRecord,
  TargetState,
} from "@postern/policy";
import type { output, ZodObject } from "zod";
import type { Prompt } from "./prompt.ts";

/** One argument that names one target. */
export interface OneTarget<Kind extends AnyTargetKind, Argument extends string> {
  readonly kind: Kind;
  readonly argument: Argument;
  readonly access: Access;
  readonly operation: string;
  readonly many: false;
}

/** One argument that lists targets; each is decided on its own, and a refused one does not fail the others. */
export interface ManyTargets<Kind extends AnyTargetKind, Argument extends string> {
  readonly kind: Kind;
  readonly argument: Argument;
  readonly access: Access;
  readonly operation: string;
  readonly many: true;
}

/** Arguments that name one target together; its raw value is an object of those that were given. */
export interface ComposedTarget<Kind extends AnyTargetKind, Taken extends string> {
  readonly kind: Kind;
  /** What records call them. */
  readonly argument: string;
  readonly takes: readonly Taken[];
  readonly access: Access;
  readonly operation: string;
  readonly many: false;
}

export type TargetUse = OneTarget<AnyTargetKind, string> | ManyTargets<AnyTargetKind, string> | ComposedTarget<AnyTargetKind, string>;
export type TargetUses = Readonly<Record<string, TargetUse>>;

export interface TargetOptions<Argument extends string> {
  readonly argument: Argument;
  readonly access: Access;
  /** What the tool wants, in the kind's own words. */
  readonly operation: string;
}

export function one<Kind extends AnyTargetKind, const Argument extends string>(kind: Kind, options: TargetOptions<Argument>): OneTarget<Kind, Argument> {
  return { kind, many: false, ...options };
}

export function many<Kind extends AnyTargetKind, const Argument extends string>(kind: Kind, options: TargetOptions<Argument>): ManyTargets<Kind, Argument> {
  return { kind, many: true, ...options };
}

export function composed<Kind extends AnyTargetKind, const Taken extends string>(
  kind: Kind,
  options: TargetOptions<string> & { readonly takes: readonly Taken[] },
): ComposedTarget<Kind, Taken> {
  return { kind, many: false, ...options };
}

/** One member of a list argument as the handler gets it: authority, or the denial that stands in its place. */
export type Each<Authority> =
  | { readonly shown: string; readonly authority: Authority }
  | { readonly shown: string; readonly denial: { readonly code: DenialCode; readonly message: string } };

type Granted<Uses extends TargetUses> = {
  readonly [Name in keyof Uses]: Uses[Name] extends { readonly many: true }
    ? readonly Each<AuthorityOf<Uses[Name]["kind"]>>[]
    : AuthorityOf<Uses[Name]["kind"]>;
};
/** What stands at each target; of list arguments nothing is foreseen. */
type Foreseen<Uses extends TargetUses> = { readonly [Name in keyof Uses]: TargetState & { readonly raw: string } };

export interface Foresight {
  readonly would: string;
  readonly fails?: FailureCode;
}

type ArgumentOf<Use> = Use extends { readonly takes: readonly (infer Taken extends string)[] }
  ? Taken
  : Use extends { readonly argument: infer Argument extends string }
    ? Argument
    : never;
type Consumed<Uses extends TargetUses> = ArgumentOf<Uses[keyof Uses]>;

export interface TextContent {
  readonly type: "text";
  readonly text: string;
  /** The text is Markdown: what stands in place of a secret must not make a link or a picture of what is around it. */
  readonly markdown?: true;
}
export interface MediaContent {
  readonly type: "image" | "audio";
  readonly data: string;
  readonly mimeType: string;
}
export interface ResourceContent {
  readonly type: "resource";
  readonly resource: { readonly uri: string; readonly mimeType: string; readonly blob: string };
}

export interface ToolResult {
  readonly content: readonly (TextContent | MediaContent | ResourceContent)[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  /** Entries that the card's rules kept out of the answer; told in `_meta["dev.postern/withheld"]`. */
  readonly withheld?: number;
  /** What the call changed, for the record of its outcome; no part of the answer. */
  readonly changes?: readonly Change[];
}

/** What a handler knows about its call besides its input and its authority. */
export interface CallContext {
  /** Aborts on cancellation, at the deadline and at shutdown; a handler stops its work when it does. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch at which `signal` aborts by itself. */
  readonly deadline: number;
  /** Bytes of JSON that the answer may take; more ends in `limit.result`. */
  readonly resultLimit: number;
  /**
   * Names whose call it is, by which card and which policy: what a handler keeps from one call for later ones, it keeps
   * under this name, so that nothing goes from one caller to another or outlives a policy.
   */
  readonly partition: string;
  /** Names whose call it is, under whatever card and policy. */
  readonly caller: string;
  /** What the principal's cards give for this tool, one line per target, for people. */
  readonly granted: readonly string[];
  /** What the call's card says of the server's own options (`ServerDefinition.options`), defaults filled in. */
  readonly options: Readonly<Record<string, string>>;
  /** The client announced roots of its own, and less than `granted` may be left of it. */
  readonly narrowed: boolean;
  /** Tells what is done and visible before it is confirmed on disk: the record has it, should the confirmation never come. */
  visible(changes: readonly Change[]): void;
  /** Tells what the call reached on its way that its decision could not know, such as where a redirect led, for the record. */
  found(target: TargetRecord): void;
  /** Reports progress to the client, when it asked for it; rate-limited, never throws. */
  progress(done: number, total?: number, message?: string): void;
  /**
   * Takes the secrets of lanes out of a text. For what is cut into pages or excerpts, before it is cut: a half of a secret
   * is known to nobody behind that. Whole ones leave no answer anyway.
   */
  scrub(text: string): string;
}

export interface Tool<Input extends ZodObject = ZodObject, Uses extends TargetUses = TargetUses> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  /**
   * The class of one call, where it is not always `effect`: a dry run only reads, a card may ask for the strictest class.
   * `relaxed`: a power cut may take the record of a write along with the write.
   */
  classify?(call: { readonly input: Omit<output<Input>, Consumed<Uses>>; readonly options: Readonly<Record<string, string>> }): {
    readonly effect: Effect;
    readonly relaxed?: boolean;
  };
  /** Takes nothing away: it adds, or fails. Becomes `destructiveHint: false` of a tool that writes. */
  readonly additive?: true;
  /** The same call twice ends as it does once. Becomes the `idempotentHint` of a tool that writes. */
  readonly idempotent?: true;
  /** What the card's credential has to be allowed by its host for this tool, in the host's own words (`contents:read`): told to the operator. */
  readonly needs?: readonly string[];
  /** Off unless a card says so: the value of `targets.<option>` that must be `allow` (filesystem-write's `delete`). */
  readonly offUnless?: string;
  /** Closed: `z.strictObject` at every level. */
  readonly input: Input;
  readonly targets: Uses;
  /**
   * The argument that may hold an idempotency key: with one, the same call twice happens once. Needs kinds that tell what a
   * call would do (`TargetKind.identity`).
   */
  readonly once?: string;
  /** Walks or searches and may take seconds: such calls have places of their own, so that short ones do not wait behind them. */
  readonly long?: true;
  /** Milliseconds; the default is 30,000. */
  readonly deadlineMs?: number;
  /**
   * Bytes that the call makes beyond those of its message, as far as they are known before it runs: of a copy, the size of its
   * source. They are taken from budgets of bytes with the decision, so that what does not fit never happens.
   */
  makes?(call: { readonly input: Omit<output<Input>, Consumed<Uses>>; readonly targets: Foreseen<Uses> }): number;
  /**
   * What the call would do, for a human who is asked about it and not told enough by `foresee` and the arguments: texts made
   * from what stands at the targets, under authority and a record of its own. Changes nothing. `shows`: the arguments that
   * these texts tell. What a text shows counts as what stands there, and is masked where it looks like a secret; a text that also shows
   * what the call brings is put together by `copying`, with what is kept, so that none of that is masked.
   */
  readonly preview?: {
    readonly shows: readonly Exclude<keyof output<Input>, Consumed<Uses>>[];
    run(call: {
      readonly input: Omit<output<Input>, Consumed<Uses>>;
      readonly targets: Granted<Uses>;
      readonly context: CallContext;
    }): Promise<ToolResult> | ToolResult;
  };
  /** What the call would do, for explanations: one sentence and, where it would fail, the code. Nothing but states is known. */
  foresee?(call: { readonly input: Omit<output<Input>, Consumed<Uses>>; readonly targets: Foreseen<Uses> }): Foresight;
  /**
   * Runs after the decision is committed. `input` comes without the arguments that name targets; `targets` holds the
   * authority that was minted for them. Throws `Failure` for what went wrong and `LateDenial` for what the policy refuses on
   * the way; anything else becomes `internal`.
   */
  run(call: {
    readonly input: Omit<output<Input>, Consumed<Uses>>;
    readonly targets: Granted<Uses>;
    readonly context: CallContext;
  }): Promise<ToolResult> | ToolResult;
}

// a server's table holds tools of every input; each one keeps its own types together.
export type AnyTool = Tool<any, any>;

/** Declares a tool. Guarantees that the handler's types leave it no way to name a target that was not decided. */
export function tool<Input extends ZodObject, const Uses extends TargetUses>(definition: Tool<Input, Uses>): Tool<Input, Uses> {
  return definition;
}

export function text(value: string): ToolResult {
  return { content: [{ type: "text", text: value }] };
}

/** A server: a name, the tools that it serves, nothing else. Kinds of targets are those that its tools use. */
export interface ServerDefinition {
  /** `filesystem-read`: the name in route cards and in the evidence. */
  readonly name: string;
  readonly version: string;
  /** What the server tells a model about itself, one or two sentences. */
  readonly instructions: string;
  readonly tools: readonly AnyTool[];
  /** Kinds whose keys stand in cards though no tool may use them. */
  readonly kinds?: readonly AnyTargetKind[];
  /** Tools that the cards themselves declare, besides `tools`. */
  readonly declares?: DeclaredTools;
  /** Prompts that reach targets, each through a tool. */
  readonly prompts?: readonly Prompt[];
  /** Absent: there is nothing that the command line alone could give, and a policy file is needed. */
  readonly quickStart?: QuickStart;
  /** Keys of a card's `targets` that belong to the server itself. */
  readonly options?: readonly TargetOption[];
  /** The tools reach hosts outside this one; becomes the `openWorldHint` of every tool. */
  readonly openWorld?: true;
  /**
   * Proves at start what this platform promises, and says it for people, one line each. Throws where the promise does
   * not hold here: the server then refuses to start.
   */
  guarantee?(): readonly string[];
  /** Sets what belongs to the whole process, right before the first call of one that does nothing but serve. */
  beforeServing?(): void;
}

/** Tools that the cards of a policy declare: made for each policy that is loaded, and those of no other. */
export interface DeclaredTools {
  /** Reads the part of a card's `targets` in which they are declared. */
  readonly kind: AnyTargetKind;
  /** Takes this server's cards, whose targets fit the kind's schema. Throws `PolicyError` where they do not go together. */
  tools(cards: readonly RouteCard[], file: string): readonly AnyTool[];
}

/** How the command line alone, without a policy file, becomes one card for the local principal. */
export interface QuickStart {
  /** Name of the positional arguments in the usage text (`ROOT`); absent: none are taken. */
  readonly positionals?: string;
  /** Repeatable options that take a value, by name without dashes: `allow-host`. */
  readonly options?: Readonly<Record<string, { readonly value: string; readonly help: string }>>;
  /** The credential of that card, from the first of these variables that holds something. Absent, or none does: it has none. */
  readonly credential?: Pick<PolicyCredential, "present" | "hosts"> & { readonly variables: readonly string[] };
  /** The `targets` of that card as they would stand in the policy file; undefined: nothing was given, nothing is allowed. */
  targets(given: {
    readonly positionals: readonly string[];
    readonly options: Readonly<Record<string, readonly string[]>>;
  }): Readonly<Record<string, unknown>> | undefined;
}

export function defineServer(definition: ServerDefinition): ServerDefinition {
  return definition;
}
