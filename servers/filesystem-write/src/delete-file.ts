import { deleteFile, writablePathKind } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { bytes, done, fails } from "./answers.ts";
import { ifMatchArgument, pathArgument } from "./arguments.ts";
import { howToWrite } from "./options.ts";

export const deleteFileTool = tool({
  name: "delete_file",
  title: "Delete File",
  description:
    "Removes one file for good; there is no way back. A symbolic link is removed itself and not what it points to. Directories are refused. With ifMatch it happens only to the content that you read.",
  effect: "irreversible",
  offUnless: "delete",
  input: z.strictObject({ path: pathArgument("The file"), ifMatch: ifMatchArgument }),
  targets: { entry: one(writablePathKind, { argument: "path", access: "write", operation: "entry" }) },
  foresee({ targets: { entry } }) {
    if (entry.exists === "missing") return fails(entry.problem ?? "fs.not_found", "fail: there is no such file");
    if (entry.exists === "directory") return fails("fs.is_directory", "fail: this is a directory");
    return { would: entry.exists === "symlink" ? "remove the symbolic link" : `remove the file and its ${bytes(entry.bytes)} for good` };
  },
  async run({ input, targets, context }) {
    // The strictest class: on disk before it is answered, whatever the card says of durability.
    const changes = await deleteFile(targets.entry, { ...howToWrite(context), durable: true, ifMatch: input.ifMatch });
    return done(`Successfully deleted ${targets.entry.requested}`, changes);
  },
});
