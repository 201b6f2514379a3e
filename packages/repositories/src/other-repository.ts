import type { Fetched } from "@postern/network";
import type { GivenRepo } from "./repo-scope.ts";

interface Means {
  readonly repo: GivenRepo;
  readonly api: string;
}

/**
 * Whether an answer is about another repository than was asked for; undefined: nothing says so. Looks at what hosts put into
 * answers: the repository's own object, the URL and `repository_url` of each member, and the number in links to other pages.
 *
 * Hole: an answer that carries none of these cannot be told from another's.
 * Source: repo jacking, Aqua Nautilus (2023).
 */
export function otherRepository(data: unknown, headers: Fetched["headers"] | undefined, means: Means): string | undefined {
  const members = Array.isArray(data) ? data : [data];
  for (const member of members) {
    const other = otherMember(member, means);
    if (other !== undefined) return other;
  }
  const { link } = headers ?? {};
  const number = typeof link === "string" ? /\/repositories\/(\d+)/.exec(link)?.[1] : undefined;
  return number === undefined || means.repo.id === undefined || Number(number) === means.repo.id ? undefined : "its number is another one";
}

function otherMember(member: unknown, { repo, api }: Means): string | undefined {
  if (typeof member !== "object" || member === null) return undefined;
  const { full_name: name, id, url, repository_url: home } = member as Readonly<Record<string, unknown>>;
  if (typeof name === "string") {
    if (name.toLowerCase() !== repo.key) return "its name is another one";
    if (repo.id !== undefined && id !== repo.id) return "its number is another one";
  }
  for (const address of [url, home]) {
    if (typeof address !== "string") continue;
    const found = /\/repos\/([^/?#]+\/[^/?#]+)/.exec(address)?.[1];
    if (found !== undefined && address.startsWith(api) && found.toLowerCase() !== repo.key) return "its address is another one";
  }
  return undefined;
}
