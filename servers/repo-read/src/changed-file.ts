import type { RepoAuthority } from "@postern/repositories";
import { z } from "zod";
import type { Row } from "./rows-answer.ts";

export const changedFileSchema = z.object({
  filename: z.string(),
  previous_filename: z.string().optional(),
  status: z.string(),
  additions: z.int(),
  deletions: z.int(),
  patch: z.string().optional(),
});
type ChangedFile = z.output<typeof changedFileSchema>;

/** The changes to files that the card gives; both names count, of a file that was moved. */
export function givenFiles(files: readonly ChangedFile[], repo: RepoAuthority): readonly ChangedFile[] {
  return files.filter((file) => repo.givesFile(file.filename) && (file.previous_filename === undefined || repo.givesFile(file.previous_filename)));
}

export function changedFileRow({ filename, previous_filename: before, status, additions, deletions }: ChangedFile): Row {
  return { filename, previous_filename: before, status, additions, deletions };
}

/** Changes as a unified diff. Where a host leaves a patch out (binary, too large), the line says so. */
export function diffText(files: readonly ChangedFile[]): string {
  return files
    .map(({ filename, previous_filename: before = filename, status, patch }) => {
      const from = status === "added" ? "/dev/null" : `a/${before}`;
      const to = status === "removed" ? "/dev/null" : `b/${filename}`;
      return `diff --git a/${before} b/${filename}\n--- ${from}\n+++ ${to}\n${patch ?? "[no text of this change: it is binary or too large]"}\n`;
    })
    .join("");
}
