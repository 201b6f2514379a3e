import { posix } from "node:path";
import { missing, ok, Refusal, repoRoute, type Answer, type RepoCall, type Route, type Shape } from "./call.ts";
import type { TreeEntry } from "./git-repository.ts";
import { apiOf } from "./shape-repository.ts";

const mostListed = 1000;

/** Files and directories by their path, with all that the host does to links, submodules and large files. */
export const contentsRoutes: readonly Route[] = [
  repoRoute("GET /contents/{path}", "contents=read", async (call) => {
    const { repository, parameters, query, state } = call;
    const asked = parameters["path"] ?? "";
    if (asked.endsWith("/") && asked !== "/") {
      const location = `${state.urls.api}/repositories/${repository.id}/contents/${asked.replace(/\/+$/, "")}`;
      return { status: 302, body: { message: "Found", url: location }, headers: { location } };
    }
    const path = asked.replace(/^\/+/, "");
    const ref = query["ref"] ?? repository.defaultBranch;
    const commit = await repository.git.commitOf(ref);
    if (commit === undefined) throw new Refusal(404, `No commit found for the ref ${ref}`);
    const entries = await repository.git.entries(commit);
    const entry = entries.find((each) => each.path === path);
    if (path !== "" && entry === undefined) throw missing();
    if (entry === undefined || entry.type === "tree") return directory(call, ref, path, entries);
    if (entry.type === "commit")
      return ok({ ...(await base(call, ref, entry, entries)), type: "submodule", submodule_git_url: await submoduleUrl(call, entries, path) });
    if (entry.mode !== "120000") return file(call, ref, entry, entry);
    const target = (await repository.git.blob(entry.sha)).toString();
    const place = posix.normalize(posix.join(posix.dirname(path), target));
    const reached = target.startsWith("/") ? undefined : entries.find((each) => each.path === place && each.mode.startsWith("100"));
    // The link is followed, and what it leads to comes under the link's own path and digest.
    if (reached !== undefined) return file(call, ref, entry, reached);
    return ok({ ...(await base(call, ref, entry, entries)), type: "symlink", target });
  }),
];

async function directory(call: RepoCall, ref: string, path: string, entries: readonly TreeEntry[]): Promise<Answer> {
  const within = entries.filter((each) => (posix.dirname(each.path) === "." ? "" : posix.dirname(each.path)) === path);
  const listed: Shape[] = [];
  for (const each of within.slice(0, mostListed)) listed.push(await base(call, ref, each, entries));
  if (call.media === "object") return ok({ name: posix.basename(path), path, type: "dir", size: 0, entries: listed });
  return ok(listed);
}

async function file(call: RepoCall, ref: string, shown: TreeEntry, read: TreeEntry): Promise<Answer> {
  const { repository, limits, media } = call;
  if (read.size > limits.blobBytes)
    throw new Refusal(403, "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.", {
      errors: [{ resource: "Blob", field: "data", code: "too_large" }],
    });
  if (media === "raw") return { status: 200, text: await repository.git.blob(read.sha), type: "application/vnd.github.raw+json; charset=utf-8" };
  const shape = { ...(await base(call, ref, shown, [])), type: "file", size: read.size };
  if (read.size > limits.inlineBytes) return ok({ ...shape, content: "", encoding: "none" });
  return ok({ ...shape, content: lines(await repository.git.blob(read.sha)), encoding: "base64" });
}

/** Base64 in lines, each ended, as the host writes it. */
export function lines(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll(/.{1,60}/g, "$&\n");
}

export async function base({ state, repository }: RepoCall, ref: string, entry: TreeEntry, entries: readonly TreeEntry[]): Promise<Shape> {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const api = apiOf(state, repository);
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const html = `${state.urls.html}/${repository.fullName}`;
  const submodule = entry.type === "commit" ? ((await submoduleUrl({ repository }, entries, entry.path)) ?? "").replace(/\.git$/, "") : undefined;
  const page = submodule === undefined ? `${html}/${entry.type === "tree" ? "tree" : "blob"}/${ref}/${path}` : `${submodule}/tree/${entry.sha}`;
  const git = submodule === undefined ? `${api}/git/${entry.type}s/${entry.sha}` : `${submodule}/git/trees/${entry.sha}`;
  const signature = state.secret(`RAWTOKEN${repository.id}CANARY`);
  const download =
    entry.type === "blob" ? `${state.urls.downloads}/raw/${repository.fullName}/${ref}/${path}${repository.private ? `?token=${signature}` : ""}` : null;
  return {
    name: posix.basename(entry.path),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: page,
    git_url: git,
    download_url: download,
    // In a listing a submodule is called a file, for whom it once was one.
    type: entry.type === "tree" ? "dir" : entry.mode === "120000" ? "symlink" : "file",
    _links: { self: url, git, html: page },
  };
}

async function submoduleUrl({ repository }: Pick<RepoCall, "repository">, entries: readonly TreeEntry[], path: string): Promise<string | null> {
  const modules = entries.find((each) => each.path === ".gitmodules");
  if (modules === undefined) return null;
  const sections = (await repository.git.blob(modules.sha)).toString().split(/^\[submodule/m);
  return sections.find((section) => /^\s*path\s*=\s*(.+?)\s*$/m.exec(section)?.[1] === path)?.match(/^\s*url\s*=\s*(\S+)/m)?.[1] ?? null;
}
