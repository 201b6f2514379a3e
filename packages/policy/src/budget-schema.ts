import { z, type ZodType } from "zod";

const units = "a whole number from 0 to 1000000000";

/** What a budget may say: of a card and of `budgets` alike. */
function limits() {
  return {
    calls: z.string({ error: "write it like 600/minute" }).optional().describe("Calls per second, minute, hour or day: 600/minute."),
    bytes: z.string({ error: "write it like 500MB/hour" }).optional().describe("Bytes per second, minute, hour or day: 500MB/hour."),
    cost: z.string({ error: "write it like 600/minute" }).optional().describe("Estimated cost, in your own units, per second, minute, hour or day: 1000/day."),
  };
}

/** The parts of a policy file that say what may be used up. */
export function budgetSchema<Id extends ZodType<string>>(id: Id) {
  const budget = z
    .strictObject({ owner: id.describe("On whose account it goes; cards with the same owner share it."), ...limits() })
    .optional()
    .describe("What may be used up. The limits of an owner may stand in budgets instead.");

  const estimate = z
    .strictObject({
      cost: z.int({ error: units }).min(0, units).max(1_000_000_000, units).default(1).describe("What one call costs, in the units of the budgets' cost."),
      bytes: z
        .string({ error: "write it like 200KB" })
        .optional()
        .describe("Bytes that one call is expected to move: 200KB. They are reserved, and the difference given back or taken."),
    })
    .optional()
    .describe("What one call is expected to take. Default: a cost of 1.");

  const budgets = z
    .array(
      z.strictObject({
        owner: z.string().optional().describe("An owner that cards name in their budget."),
        principal: z.string().optional().describe("Id of a principal."),
        tenant: z.string().optional().describe("A tenant of principals."),
        lane: z.string().optional().describe("Name of a credential."),
        ...limits(),
      }),
    )
    .default([])
    .describe("What all calls of an owner, principal, tenant or credential may use up together, whichever card and server of this host they go through.");

  const loops = z
    .union(
      [
        z.literal("off"),
        z.strictObject({
          identical: z
            .string({ error: "write it like 60/minute" })
            .default("60/minute")
            .describe("Calls with the same arguments per second, minute, hour or day: 60/minute."),
        }),
      ],
      { error: "write off, or a map with identical" },
    )
    .optional()
    .describe(
      "When a call that keeps being repeated is refused for a while. Absent: 60/minute over HTTP of what costs something, and over stdio of what takes from a budget or carries a credential.",
    );

  return { budget, estimate, budgets, loops };
}
