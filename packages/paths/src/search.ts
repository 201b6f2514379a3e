import type { PathAuthority } from "./authority.ts";
import type { ContentMatches, ContentQuery } from "./search-contents.ts";
import type { NameMatches, NameQuery } from "./search-names.ts";

/** As in `search-names.ts`, which is loaded for the first search: a start should not wait for it. */
export async function searchNames(directory: PathAuthority, query: NameQuery): Promise<NameMatches> {
  const loaded = await import("./search-names.ts");
  return loaded.searchNames(directory, query);
}

/** As in `search-contents.ts`, which is loaded for the first search. */
export async function searchContents(directory: PathAuthority, query: ContentQuery): Promise<ContentMatches> {
  const loaded = await import("./search-contents.ts");
  return loaded.searchContents(directory, query);
}
