import { proveGuarantee, standAtDescriptors } from "@postern/paths";
import { proveWriting } from "@postern/paths/write";
import { defineServer } from "@postern/runtime";
import { appendFileTool } from "./append-file.ts";
import { copyFileTool } from "./copy-file.ts";
import { createDirectory } from "./create-directory.ts";
import { deleteFileTool } from "./delete-file.ts";
import { editFile } from "./edit-file.ts";
import { listAllowedDirectories } from "./list-allowed-directories.ts";
import { moveFile } from "./move-file.ts";
import { options } from "./options.ts";
import { writeFileTool } from "./write-file.ts";

/** The filesystem server that writes: whole files or none, inside the card or not at all. It shows no content but that of its own diffs. */
export const server = defineServer({
  name: "filesystem-write",
  version: "0.1.0",
  instructions:
    "Changes files and directories below the directories that its policy allows. Each change happens whole or not at all; a refusal carries a code and says what would be allowed. Read files with a read server.",
  tools: [writeFileTool, editFile, appendFileTool, createDirectory, moveFile, copyFileTool, deleteFileTool, listAllowedDirectories],
  options,
  quickStart: {
    positionals: "ROOT",
    targets: ({ positionals }) => (positionals.length === 0 ? undefined : { roots: positionals.map((path) => ({ path })) }),
  },
  guarantee: () => {
    const { level, proofs } = proveGuarantee();
    return [`paths: ${level}`, ...proofs, ...proveWriting()];
  },
  beforeServing: standAtDescriptors,
});
