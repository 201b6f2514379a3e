import { makeDirectory, writablePathKind } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { done, fails } from "./answers.ts";
import { pathArgument } from "./arguments.ts";
import { howToWrite, writeClass } from "./options.ts";

export const createDirectory = tool({
  name: "create_directory",
  title: "Create Directory",
  description: "Makes a directory and those above it that are missing, all of them or none. One that exists already is fine.",
  effect: "write",
  classify: writeClass,
  additive: true,
  idempotent: true,
  input: z.strictObject({ path: pathArgument("The directory") }),
  targets: { directory: one(writablePathKind, { argument: "path", access: "write", operation: "directory" }) },
  foresee({ targets: { directory } }) {
    const { exists, missing = [], problem } = directory;
    if (exists === "directory") return { would: "change nothing: the directory exists" };
    if (exists !== "missing") return fails("fs.exists", "fail: a file has this name");
    if (problem !== undefined) return fails(problem, "fail: there is no way to this place");
    return { would: `make ${missing.length === 1 ? "the directory" : `${missing.length} directories:`} ${missing.join("/")}` };
  },
  async run({ targets, context }) {
    const changes = await makeDirectory(targets.directory, howToWrite(context));
    return done(`Successfully created directory ${targets.directory.requested}`, changes);
  },
});
