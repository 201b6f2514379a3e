import { LateDenial } from "@postern/policy";
import type { ChangeAuthority } from "@postern/repositories/write";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";

const end = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() });
const pull = z.object({ number: z.int(), state: z.string(), head: end, base: end });

/** A pull request whose both ends the card gives, looked at right before it is changed. */
export async function pullOf(repo: ChangeAuthority, number: number, signal: AbortSignal): Promise<z.output<typeof pull>> {
  const { data } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}", { parameters: { pull_number: number }, signal });
  const found = asDocumented(pull, data);
  if (!repo.givesBase(found.base.ref))
    throw new LateDenial("repo.base", "The card does not give the branch that this pull request goes into. Nothing was changed.");
  if (found.head.repo?.full_name.toLowerCase() !== repo.repo.key || !repo.givesBranch(found.head.ref)) {
    throw new LateDenial("repo.ref", "The card does not give the branch that this pull request comes from. Nothing was changed.");
  }
  return found;
}
