import { z } from "zod";

export const statusSchema = z.object({
  state: z.string(),
  statuses: z.array(z.object({ context: z.string(), state: z.string(), description: z.string().nullish(), updated_at: z.string() })),
});

export const checkSchema = z.object({
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullish(),
      started_at: z.string().nullish(),
      completed_at: z.string().nullish(),
    }),
  ),
});
