import { z } from "zod";

export const alertSchema = z.object({
  number: z.int(),
  state: z.string(),
  dependency: z.object({ package: z.object({ ecosystem: z.string(), name: z.string() }).optional(), manifest_path: z.string().optional() }),
  security_advisory: z.object({ ghsa_id: z.string(), cve_id: z.string().nullish(), summary: z.string(), severity: z.string() }),
  created_at: z.string(),
});
