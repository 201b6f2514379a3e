import { moveEntry, writablePathKind } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { done, fails, unreachable } from "./answers.ts";
import { pathArgument } from "./arguments.ts";
import { howToWrite, writeClass } from "./options.ts";

export const moveFile = tool({
  name: "move_file",
  title: "Move File",
  description:
    "Gives a file or directory another name or place; both must be allowed, the destination must be free, and its parent must exist. A symbolic link is moved itself. Directories that hold something the policy keeps back are not moved.",
  effect: "write",
  classify: writeClass,
  input: z.strictObject({ source: pathArgument("What to move"), destination: pathArgument("Its new path, which must not exist") }),
  targets: {
    source: one(writablePathKind, { argument: "source", access: "write", operation: "entry" }),
    destination: one(writablePathKind, { argument: "destination", access: "write", operation: "new-entry" }),
  },
  foresee({ targets: { source, destination } }) {
    if (source.exists === "missing") return fails(source.problem ?? "fs.not_found", `fail: there is no ${JSON.stringify(source.raw)}`);
    if (destination.exists !== "missing") return fails("fs.exists", "fail: the destination exists");
    return unreachable(destination) ?? { would: `move the ${source.exists === "symlink" ? "symbolic link" : source.exists}` };
  },
  async run({ targets: { source, destination }, context }) {
    const changes = await moveEntry(source, destination, howToWrite(context));
    return done(`Successfully moved ${source.requested} to ${destination.requested}`, changes);
  },
});
