import { execFile } from "node:child_process";

/** Where a repository keeps its refs, and where its fork network keeps the objects of all of its repositories. */
export interface GitPlace {
  readonly directory: string;
  readonly objects: string;
}

export interface GitOptions {
  readonly input?: string | Buffer;
  /** An index of its own, for a tree that is put together. */
  readonly index?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** What git refuses. */
export class GitRefusal extends Error {}

const always = ["-c", "core.quotePath=false", "-c", "gc.auto=0", "-c", "core.fsync=none", "-c", "fastimport.unpackLimit=0"];

/** Runs git on one repository, with nothing of the user's configuration. */
export function git(place: GitPlace, words: readonly string[], { input, index, variables }: GitOptions = {}): Promise<Buffer> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: place.directory,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_DIR: place.directory,
    GIT_OBJECT_DIRECTORY: place.objects,
    ...(index !== undefined && { GIT_INDEX_FILE: index }),
    ...variables,
  };
  return new Promise((resolve, reject) => {
    const child = execFile("git", [...always, ...words], { env, encoding: "buffer", maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new GitRefusal(`git ${words.join(" ")}: ${stderr.toString().trim()}`, { cause: error }));
    });
    // Git may have refused before it read all of its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
