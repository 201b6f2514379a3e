/** Headers of every request to a host's interface but the credential: the version is the one that answers are read as. */
export const apiHeaders: Readonly<Record<string, string>> = {
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
  "user-agent": "postern-repo/0.1",
};
