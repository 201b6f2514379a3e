import { Failure, type FailureCode } from "@postern/policy";

const codes: Readonly<Record<string, FailureCode>> = {
  ENOENT: "fs.not_found",
  ENOTDIR: "fs.not_directory",
  EISDIR: "fs.is_directory",
  EACCES: "fs.permission",
  EPERM: "fs.permission",
  ENOSPC: "fs.no_space",
};

const sentences: Partial<Record<FailureCode, string>> = {
  "fs.not_found": "No such file or directory.",
  "fs.not_directory": "A directory is needed and this is none.",
  "fs.is_directory": "A file is needed and this is a directory.",
  "fs.permission": "The operating system does not let this process read it.",
  "fs.no_space": "The file system has no space left.",
};

/** What the operating system said, as the failure that a caller may see; its own text, which holds paths, stays inside. */
export function fileFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = codes[(error as NodeJS.ErrnoException).code ?? ""] ?? "fs.io";
  return new Failure(code, sentences[code] ?? "The operating system reported an input/output error.", { cause: error });
}
