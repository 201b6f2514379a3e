import { z, type ZodType } from "zod";
import type { AnyTargetKind } from "./target-kind.ts";

/** What a policy has to know of a server in order to judge the cards that name it. */
export interface ServerShape {
  readonly name: string;
  readonly kinds: readonly AnyTargetKind[];
  readonly tools: readonly string[];
  /** The cards themselves declare tools, which are not known yet: names in cards are not held against `tools`. */
  readonly openTools?: true;
  readonly options?: readonly TargetOption[];
  /** What every card of this server has to bring because its effects need it. */
  readonly needs?: readonly ("credential" | "budget" | "approval")[];
}

/** A key of `targets` that belongs to the server itself and to none of its kinds: `delete: allow`, `durability: none`. */
export interface TargetOption {
  readonly key: string;
  /** What it may say; the first one is what it says where it is absent. */
  readonly values: readonly [string, ...string[]];
  /** For the schema that editors complete with. */
  readonly description: string;
}

/**
 * The closed schema of `targets` on the cards of one server: the keys of its kinds and its switches, nothing else.
 * Throws when two kinds claim the same key, since one text would then mean two things.
 */
export function targetsSchema(server: Pick<ServerShape, "name" | "kinds" | "options">): ZodType<Readonly<Record<string, unknown>>> {
  const shape: Record<string, ZodType> = {};
  for (const kind of server.kinds) {
    for (const [key, schema] of Object.entries(kind.targets)) {
      // Two kinds of one family read the same key alike.
      if (shape[key] === schema) continue;
      if (Object.hasOwn(shape, key)) throw new TypeError(`two target kinds of ${server.name} claim the key ${key}`);
      shape[key] = schema as ZodType;
    }
  }
  for (const option of server.options ?? []) {
    if (Object.hasOwn(shape, option.key)) throw new TypeError(`two parts of ${server.name} claim the key ${option.key}`);
    shape[option.key] = z.enum(option.values).default(option.values[0]).describe(option.description);
  }
  return z.strictObject(shape);
}

/** The options of a server: those that it declares, and a switch for each tool that is off by default and has none yet. */
export function targetOptions(declared: readonly TargetOption[] | undefined, tools: readonly { readonly offUnless?: string }[]): readonly TargetOption[] {
  const options = new Map((declared ?? []).map((option) => [option.key, option]));
  for (const { offUnless: key } of tools) {
    if (key === undefined || options.has(key)) continue;
    options.set(key, { key, values: ["deny", "allow"], description: "Switches on a tool that is off by default." });
  }
  return [...options.values()];
}
