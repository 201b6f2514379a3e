import { proveGuarantee, standAtDescriptors } from "@postern/paths";
import { defineServer } from "@postern/runtime";
import { directoryTree } from "./directory-tree.ts";
import { getFileInfo } from "./get-file-info.ts";
import { listAllowedDirectories } from "./list-allowed-directories.ts";
import { listDirectory } from "./list-directory.ts";
import { listDirectoryWithSizes } from "./list-sizes.ts";
import { readMediaFile } from "./read-media.ts";
import { readMultipleFiles } from "./read-multiple.ts";
import { readFile, readTextFile } from "./read-text.ts";
import { searchFileContents } from "./search-contents.ts";
import { searchFiles } from "./search-files.ts";

/** The filesystem server that can only read: nothing that it imports can write to a file of the user's. */
export const server = defineServer({
  name: "filesystem-read",
  version: "0.1.0",
  instructions:
    "Reads files and directories below the directories that its policy allows. A refusal carries a code and says what would be allowed; text comes with secrets masked as [redacted:kind].",
  tools: [
    readFile,
    readTextFile,
    readMediaFile,
    readMultipleFiles,
    listDirectory,
    listDirectoryWithSizes,
    directoryTree,
    searchFiles,
    searchFileContents,
    getFileInfo,
    listAllowedDirectories,
  ],
  quickStart: {
    positionals: "ROOT",
    targets: ({ positionals }) => (positionals.length === 0 ? undefined : { roots: positionals.map((path) => ({ path })) }),
  },
  guarantee: () => {
    const { level, proofs } = proveGuarantee();
    return [`paths: ${level}`, ...proofs];
  },
  beforeServing: standAtDescriptors,
});
