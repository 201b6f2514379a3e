import { posix } from "node:path";
import { invalid, paged, type Answer, type Call, type Route, type Shape } from "./call.ts";
import { visibleTo } from "./access.ts";
import { logOf } from "./git-history.ts";
import type { Issue } from "./github-records.ts";
import type { Repository } from "./github-repository.ts";
import { alternativesOf, scopeOf, type Terms } from "./search-terms.ts";
import { commitShape } from "./shape-commit.ts";
import { issueShape } from "./shape-issue.ts";
import { apiOf, minimalRepository } from "./shape-repository.ts";

export const searchRoutes: readonly Route[] = [
  { method: "GET", template: "/search/code", needs: "contents=read", resource: "code_search", answer: (call) => answered(call, code) },
  { method: "GET", template: "/search/issues", needs: "issues=read; pull_requests=read", resource: "search", answer: issuesAnswered },
  { method: "GET", template: "/search/commits", needs: "contents=read", resource: "search", answer: (call) => answered(call, commits) },
];

type Find = (call: Call, repository: Repository, terms: Terms) => Promise<readonly Shape[]> | readonly Shape[];

function issuesAnswered(call: Call): Promise<Answer> {
  if (!/\b(is|type):"?(issue|pr|pull-request)\b/i.test(call.query["q"] ?? ""))
    throw invalid("Query must include 'is:issue' or 'is:pull-request'", [{ resource: "Search", field: "q", code: "invalid" }]);
  return answered(call, issues);
}

async function answered(call: Call, find: Find): Promise<Answer> {
  const query = call.query["q"] ?? "";
  if (query.trim() === "") throw invalid("Validation Failed", [{ resource: "Search", field: "q", code: "missing" }]);
  const found = new Map<string, Shape>();
  let searched = 0;
  for (const terms of alternativesOf(query)) {
    const scope = scopeOf(terms, visibleTo(call));
    searched += scope.length;
    for (const repository of scope) for (const item of await find(call, repository, terms)) found.set(String(item["url"]), item);
  }
  if (searched === 0)
    throw invalid("Validation Failed", [
      {
        message: "The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.",
        resource: "Search",
        field: "q",
        code: "invalid",
      },
    ]);
  return paged(call, [...found.values()], (items) => ({ total_count: found.size, incomplete_results: false, items }));
}

function valueOf({ qualifiers }: Terms, name: string): string | undefined {
  return qualifiers.find((each) => each.name === name && !each.negated)?.value;
}

async function code(call: Call, repository: Repository, terms: Terms): Promise<readonly Shape[]> {
  const head = await repository.git.commitOf(repository.defaultBranch);
  if (head === undefined) return [];
  const [path, filename, extension] = ["path", "filename", "extension"].map((name) => valueOf(terms, name));
  const found: Shape[] = [];
  for (const entry of await repository.git.entries(head)) {
    if (!entry.mode.startsWith("100") || entry.size > 384 * 1024) continue;
    const name = posix.basename(entry.path);
    if (path !== undefined && !entry.path.startsWith(path.replaceAll(/^\/|\/$/g, ""))) continue;
    if ((filename !== undefined && name !== filename) || (extension !== undefined && posix.extname(name) !== `.${extension}`)) continue;
    const text = (await repository.git.blob(entry.sha)).toString();
    const whole = `${entry.path}\n${text}`.toLowerCase();
    if (terms.words.length === 0 || !terms.words.every((word) => whole.includes(word))) continue;
    const api = apiOf(call.state, repository);
    found.push({
      name,
      path: entry.path,
      sha: entry.sha,
      url: `${api}/contents/${entry.path}?ref=${head}`,
      git_url: `${api}/git/blobs/${entry.sha}`,
      html_url: `${call.state.urls.html}/${repository.fullName}/blob/${head}/${entry.path}`,
      repository: minimalRepository(call.state, repository),
      score: 1,
      ...(call.media === "text-match" && { text_matches: matches(text, terms.words, `${api}/contents/${entry.path}?ref=${head}`) }),
    });
  }
  return found;
}

function matches(text: string, words: readonly string[], url: string): readonly Shape[] {
  return words.flatMap((word) => {
    const at = text.toLowerCase().indexOf(word);
    if (at < 0) return [];
    const start = Math.max(0, at - 40);
    const fragment = text.slice(start, at + word.length + 40);
    return [
      {
        object_url: url,
        object_type: "FileContent",
        property: "content",
        fragment,
        matches: [{ text: text.slice(at, at + word.length), indices: [at - start, at - start + word.length] }],
      },
    ];
  });
}

function issues(call: Call, repository: Repository, terms: Terms): readonly Shape[] {
  return [...repository.issues.values()]
    .filter((issue) => issue.moved === undefined && matchesIssue(issue, terms))
    .map((issue) => ({ ...issueShape(call.state, issue), score: 1 }));
}

function matchesIssue(issue: Issue, { qualifiers, words }: Terms): boolean {
  const whole = [issue.title, issue.body ?? "", ...issue.comments.map((comment) => comment.body)].join("\n").toLowerCase();
  if (!words.every((word) => whole.includes(word))) return false;
  return qualifiers.every(({ name, value, negated }) => holds(issue, name, value.toLowerCase()) !== negated);
}

function holds(issue: Issue, name: string, value: string): boolean {
  switch (name) {
    case "is":
    case "type":
    case "state":
      if (value === "issue") return issue.pull === undefined;
      if (value === "pr" || value === "pull-request") return issue.pull !== undefined;
      if (value === "merged") return issue.pull?.merged !== undefined && issue.pull.merged !== null;
      return value === "open" || value === "closed" ? issue.state === value : true;
    case "label":
      return issue.labels.some((label) => label.toLowerCase() === value);
    case "author":
      return issue.author.toLowerCase() === value;
    case "assignee":
      return issue.assignees.some((login) => login.toLowerCase() === value);
    case "head":
      return issue.pull?.head.branch.toLowerCase() === value;
    case "base":
      return issue.pull?.base.toLowerCase() === value;
    default:
      return true;
  }
}

async function commits(call: Call, repository: Repository, { words, qualifiers }: Terms): Promise<readonly Shape[]> {
  const head = await repository.git.commitOf(repository.defaultBranch);
  if (head === undefined) return [];
  const asked = (name: string): string | undefined => qualifiers.find((each) => each.name === name)?.value.toLowerCase();
  const [author, hash] = [asked("author"), asked("hash")];
  return (await logOf(repository.git, [head]))
    .filter(({ message, author: { name, email }, sha }) => {
      const by = author === undefined || name.toLowerCase() === author || email.toLowerCase().startsWith(`${author}@`);
      return by && (hash === undefined || sha.startsWith(hash)) && words.every((word) => message.toLowerCase().includes(word));
    })
    .map((commit) => ({ ...commitShape(call.state, repository, commit), repository: minimalRepository(call.state, repository), score: 1 }));
}
