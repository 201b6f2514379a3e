/** What is searched for: each has qualifiers of its own. */
export type SearchKind = "code" | "issues" | "commits";

const numbers = /^(?:[<>]=?|\*?\.{0,2})?[\dTZ:+*-]+(?:\.\.[\dTZ:+*-]+)?$/;
// A value between slashes is an expression to some hosts.
const word = /^(?!\/)[\w.@/+*-]+$/;
const issueStates = /^(?:open|closed|merged|unmerged|draft|locked|unlocked|issue|pr|queued)$/;

/** The qualifiers of each kind, with what may stand behind the colon. None names a repository, an owner or another scope. */
const qualifiers: Readonly<Record<SearchKind, Readonly<Record<string, RegExp>>>> = {
  code: { language: word, path: word, filename: word, extension: word, size: numbers, in: /^(?:file|path)$/ },
  issues: {
    is: issueStates,
    type: /^(?:issue|pr)$/,
    state: /^(?:open|closed)$/,
    in: /^(?:title|body|comments)$/,
    label: word,
    milestone: word,
    author: word,
    assignee: word,
    mentions: word,
    commenter: word,
    involves: word,
    base: word,
    head: word,
    review: /^(?:none|required|approved|changes_requested)$/,
    draft: /^(?:true|false)$/,
    no: /^(?:label|milestone|assignee)$/,
    reason: word,
    created: numbers,
    updated: numbers,
    closed: numbers,
    merged: numbers,
    comments: numbers,
    reactions: numbers,
  },
  commits: {
    author: word,
    committer: word,
    "author-name": word,
    "committer-name": word,
    "author-date": numbers,
    "committer-date": numbers,
    merge: /^(?:true|false)$/,
  },
};

const longest = 256;

export type BoundQuery = { readonly query: string } | { readonly rule: string; readonly part?: string };

/**
 * Binds a search to one repository: words, quoted phrases and the qualifiers listed here, behind one `repo:` that is put before
 * them. Guarantees that no other part of what leaves can name a repository, an owner or another scope, and that there is
 * no operator, group or expression in it. Everything that is not known is refused, since hosts add qualifiers over time.
 */
export function bindQuery(
  text: string,
  kind: SearchKind,
  repository: { readonly owner: string; readonly repo: string },
  own: readonly string[] = [],
): BoundQuery {
  // What compares equal to a host after its own folding must be judged in that form.
  const folded = text.normalize("NFKC").trim();
  if (folded.length > longest) return { rule: "query-too-long" };
  if (/(?! )[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Cn}\p{Co}\p{Cs}]/u.test(folded)) return { rule: "query-character" };
  if ((folded.match(/"/g)?.length ?? 0) % 2 !== 0) return { rule: "query-quotes" };
  if (folded.includes("\\")) return { rule: "query-escape" };
  const parts: string[] = [];
  for (const run of runsOf(folded)) {
    const wrong = judge(run, kind);
    if (wrong !== undefined) return { rule: wrong, part: run };
    parts.push(run);
  }
  if (parts.length === 0) return { rule: "query-empty" };
  return { query: [`repo:${repository.owner}/${repository.repo}`, ...own, ...parts].join(" ") };
}

/** The runs between spaces, a quoted phrase and what is glued to it being one. */
function runsOf(text: string): readonly string[] {
  return text.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

function judge(run: string, kind: SearchKind): string | undefined {
  const bare = run.startsWith("-") ? run.slice(1) : run;
  if (/^"[^"]*"$/.test(bare)) return bare === '""' ? "query-empty" : undefined;
  const [, name, quoted, plain] = /^([a-z-]+):(?:"([^"]*)"|([^"]*))$/i.exec(bare) ?? [];
  if (name !== undefined) {
    const known = qualifiers[kind];
    const shape = Object.hasOwn(known, name.toLowerCase()) ? known[name.toLowerCase()] : undefined;
    if (shape === undefined) return "query-qualifier";
    if (quoted !== undefined) return shape === word && quoted !== "" && !/[:()]/.test(quoted) ? undefined : "query-value";
    return shape.test(plain ?? "") ? undefined : "query-value";
  }
  if (/^(?:and|or|not)$/i.test(bare)) return "query-operator";
  // What is left is a word: nothing in it separates, groups or names.
  return /^[\p{L}\p{M}\p{N}_.@#+*/-]+$/u.test(bare) && !/^[/-]|\/$/.test(bare) ? undefined : "query-word";
}
