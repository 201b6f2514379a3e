import { z } from "zod";

export const alertSchema = z.object({
  number: z.int(),
  state: z.string(),
  rule: z.object({ id: z.string().nullish(), severity: z.string().nullish(), description: z.string().optional() }),
  tool: z.object({ name: z.string().nullish() }),
  most_recent_instance: z
    .object({ ref: z.string().optional(), location: z.object({ path: z.string().optional(), start_line: z.int().optional() }).optional() })
    .optional(),
  created_at: z.string(),
  dismissed_reason: z.string().nullish(),
});
