/** What runs by itself, or says who has to look at a change: the ends of a path, in lower case. */
const directories = [".github", ".circleci", ".buildkite", ".husky", ".gitlab", ".forgejo", ".gitea"];
const names = new Set([
  "codeowners",
  ".gitmodules",
  ".gitattributes",
  ".gitlab-ci.yml",
  ".travis.yml",
  ".drone.yml",
  "azure-pipelines.yml",
  "bitbucket-pipelines.yml",
  "jenkinsfile",
]);

/**
 * Whether writing to a path changes what a host or a machine runs by itself, or who has to agree to changes: workflows, hooks,
 * owners of code, submodules. No card gives them unless it says `protected: allow`. Compared without case, as some file
 * systems do where the repository is checked out.
 */
export function isProtectedPath(path: string): boolean {
  const segments = path.toLowerCase().split("/");
  return directories.includes(segments[0] ?? "") || names.has(segments.at(-1) ?? "");
}
