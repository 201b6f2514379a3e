import { Failure, type FailureCode } from "@postern/policy";

const codes: Readonly<Record<string, FailureCode>> = {
  ENOENT: "fs.not_found",
  ENOTDIR: "fs.not_directory",
  EISDIR: "fs.is_directory",
  EEXIST: "fs.exists",
  ENOTEMPTY: "fs.exists",
  EACCES: "fs.permission",
  EPERM: "fs.permission",
  EROFS: "fs.permission",
  ENOSPC: "fs.no_space",
  EDQUOT: "fs.no_space",
};

const sentences: Partial<Record<FailureCode, string>> = {
  "fs.not_found": "No such file or directory; nothing was changed.",
  "fs.not_directory": "A directory is needed and this is none; nothing was changed.",
  "fs.is_directory": "A file is needed and this is a directory; nothing was changed.",
  "fs.exists": "Something of this name exists already; nothing was changed.",
  "fs.permission": "The operating system does not let this process write there; nothing was changed.",
  "fs.no_space": "The file system has no space left; nothing was changed.",
};

/** What the operating system said about a change that did not happen; its own text, which holds paths, stays inside. */
export function writeFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const name = errorName(error);
  if (name === "EXDEV") {
    return new Failure("fs.io", "Both ends lie on different file systems; nothing was changed. copy_file goes from one to the other.", { cause: error });
  }
  const code = codes[name] ?? "fs.io";
  return new Failure(code, sentences[code] ?? "The operating system reported an input/output error; nothing was changed.", { cause: error });
}

export function errorName(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
