import type { Repository } from "./github-repository.ts";

export interface Terms {
  readonly qualifiers: readonly { readonly name: string; readonly value: string; readonly negated: boolean }[];
  /** Words and phrases that all have to be there, in lower case. */
  readonly words: readonly string[];
}

/**
 * Reads a query as widely as any of the host's searches might: OR divides it whatever stands around it, parentheses do not
 * bind, look-alikes of the colon and invisible characters count as what they look like, and quotes that are not closed end at once.
 */
export function alternativesOf(query: string): readonly Terms[] {
  const plain = query
    .normalize("NFKC")
    .replaceAll(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, "")
    .replaceAll(/[\u0000-\u001f\u007f()]/g, " ");
  return divided(plain).map((words) => {
    const qualifiers: { name: string; value: string; negated: boolean }[] = [];
    const texts: string[] = [];
    let not = false;
    for (const word of words) {
      if (word === "NOT") {
        not = true;
        continue;
      }
      const [, minus = "", name, value = ""] = /^(-?)([A-Za-z_-]+):(.*)$/s.exec(word) ?? [];
      if (name !== undefined && value !== "") qualifiers.push({ name: name.toLowerCase(), value: unquoted(value), negated: not || minus !== "" });
      else if (!not && word !== "AND") texts.push(unquoted(word).toLowerCase());
      not = false;
    }
    return { qualifiers, words: texts.filter((text) => text !== "") };
  });
}

function divided(query: string): readonly (readonly string[])[] {
  const alternatives: string[][] = [[]];
  for (const [word] of query.matchAll(/(?:[^\s"]*"[^"]*")+[^\s"]*|[^\s"]+/g)) {
    if (word === "OR" || word === "|") alternatives.push([]);
    else alternatives.at(-1)?.push(word);
  }
  return alternatives;
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}

const scoping = new Set(["repo", "org", "user", "owner"]);

/** The repositories that a query looks into: several qualifiers widen it, none means all. */
export function scopeOf({ qualifiers }: Terms, visible: readonly Repository[]): readonly Repository[] {
  const naming = qualifiers.filter(({ name }) => scoping.has(name));
  const meant = (repository: Repository, name: string, value: string): boolean =>
    name === "repo" ? repository.fullName.toLowerCase() === value.toLowerCase() : repository.owner.toLowerCase() === value.toLowerCase();
  const wanted = naming.filter(({ negated }) => !negated);
  return visible.filter(
    (repository) =>
      (wanted.length === 0 || wanted.some(({ name, value }) => meant(repository, name, value))) &&
      !naming.some(({ name, value, negated }) => negated && meant(repository, name, value)),
  );
}
