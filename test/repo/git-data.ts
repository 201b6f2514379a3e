import { missing, ok, Refusal, repoRoute, type Route } from "./call.ts";
import { lines } from "./contents.ts";
import { commitAt, utc } from "./git-history.ts";
import { nodeId } from "./shape-account.ts";
import { gitCommitShape } from "./shape-commit.ts";
import { refShape } from "./shape-ref.ts";
import { apiOf } from "./shape-repository.ts";

/** The database of git, read: whatever object the network holds answers, of a fork as well. */
export const gitDataRoutes: readonly Route[] = [
  repoRoute("GET /git/trees/{tree_sha}", "contents=read", async (call) => {
    const { state, repository, parameters, query, limits, truncateTrees } = call;
    const named = parameters["tree_sha"] ?? "";
    const sha = await repository.git.objectOf((await repository.git.commitOf(named)) ?? named, "tree");
    if (sha === undefined) throw missing();
    const all = await repository.git.entries(sha);
    // Any value makes it recursive, "false" as well.
    const wanted = query["recursive"] === undefined ? all.filter((entry) => !entry.path.includes("/")) : all;
    const most = truncateTrees ? Math.floor(wanted.length / 2) : limits.treeEntries;
    const api = apiOf(state, repository);
    return ok({
      sha,
      url: `${api}/git/trees/${sha}`,
      tree: wanted.slice(0, most).map((entry) => ({
        path: entry.path,
        mode: entry.mode,
        type: entry.type,
        sha: entry.sha,
        ...(entry.type === "blob" && { size: entry.size }),
        ...(entry.type !== "commit" && { url: `${api}/git/${entry.type}s/${entry.sha}` }),
      })),
      truncated: wanted.length > most,
    });
  }),
  repoRoute("GET /git/blobs/{file_sha}", "contents=read", async (call) => {
    const { state, repository, parameters, limits, media } = call;
    const sha = await repository.git.objectOf(parameters["file_sha"] ?? "", "blob");
    if (sha === undefined) throw missing();
    const size = Number(await repository.git.text("cat-file", "-s", sha));
    if (size > limits.blobBytes) throw new Refusal(403, "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.");
    const bytes = await repository.git.blob(sha);
    if (media === "raw") return { status: 200, text: bytes, type: "application/vnd.github.raw+json; charset=utf-8" };
    const id = nodeId("B", Number.parseInt(sha.slice(0, 8), 16));
    return ok({ sha, node_id: id, size, url: `${apiOf(state, repository)}/git/blobs/${sha}`, content: lines(bytes), encoding: "base64" });
  }),
  repoRoute("GET /git/ref/{ref}", "contents=read", async (call) => {
    const ref = await call.repository.git.ref(`refs/${call.parameters["ref"] ?? ""}`);
    if (ref === undefined) throw missing();
    return ok(refShape(call, ref));
  }),
  repoRoute("GET /git/tags/{tag_sha}", "contents=read", async ({ state, repository, parameters }) => {
    const sha = await repository.git.objectOf(parameters["tag_sha"] ?? "", "tag");
    if (sha === undefined) throw missing();
    const text = (await repository.git.run(["cat-file", "tag", sha])).toString();
    const head = /^object (\S+)\ntype (\S+)\ntag (.+)\ntagger (.+) <(.*)> (\d+) /.exec(text);
    const [, object = "", type = "commit", tag = "", name = "", email = "", at = "0"] = head ?? [];
    const api = apiOf(state, repository);
    return ok({
      node_id: nodeId("TA", Number.parseInt(sha.slice(0, 8), 16)),
      sha,
      url: `${api}/git/tags/${sha}`,
      tagger: { name, email, date: utc(Number(at) * 1000) },
      object: { sha: object, type, url: `${api}/git/${type}s/${object}` },
      tag,
      message: text.slice(text.indexOf("\n\n") + 2).replace(/\n$/, ""),
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    });
  }),
  repoRoute("GET /git/commits/{commit_sha}", "contents=read", async ({ state, repository, parameters }) => {
    const sha = await repository.git.objectOf(parameters["commit_sha"] ?? "", "commit");
    if (sha === undefined) throw missing();
    return ok(gitCommitShape(state, repository, await commitAt(repository.git, sha)));
  }),
];
