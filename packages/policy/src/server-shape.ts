import { z, type ZodType } from "zod";
import type { AnyTargetKind } from "./target-kind.ts";

/** What a policy has to know of a server in order to judge the cards that name it. */
export interface ServerShape {
  readonly name: string;
  readonly kinds: readonly AnyTargetKind[];
  readonly tools: readonly string[];
  /** Keys of `targets` that switch on a tool which is off by default (`delete: allow`). */
  readonly options?: readonly string[];
  /** What every card of this server has to bring because its effects need it. */
  readonly needs?: readonly ("credential" | "budget" | "approval")[];
}

/**
 * The closed schema of `targets` on the cards of one server: the keys of its kinds and its switches, nothing else.
 * Throws when two kinds claim the same key, since one text would then mean two things.
 */
export function targetsSchema(server: Pick<ServerShape, "name" | "kinds" | "options">): ZodType<Readonly<Record<string, unknown>>> {
  const shape: Record<string, ZodType> = {};
  for (const kind of server.kinds) {
    for (const [key, schema] of Object.entries(kind.targets)) {
      if (Object.hasOwn(shape, key)) throw new TypeError(`two target kinds of ${server.name} claim the key ${key}`);
      shape[key] = schema as ZodType;
    }
  }
  for (const option of server.options ?? []) {
    if (Object.hasOwn(shape, option)) continue;
    shape[option] = z.enum(["deny", "allow"]).default("deny").describe("Switches on a tool that is off by default.");
  }
  return z.strictObject(shape);
}
