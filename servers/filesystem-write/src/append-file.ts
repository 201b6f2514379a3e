import { appendFile, writablePathKind } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { bytes, done, fails, unreachable } from "./answers.ts";
import { ifMatchArgument, pathArgument, textArgument } from "./arguments.ts";
import { howToWrite, writeClass } from "./options.ts";

export const appendFileTool = tool({
  name: "append_file",
  title: "Append to File",
  description:
    "Adds text to the end of a file as it is given, without a line feed of its own, or makes the file. UTF-8, or UTF-16 where the file begins with its byte order mark. All of it or nothing; what others append at the same time stays. Files above 256 MiB are refused.",
  effect: "write",
  classify: writeClass,
  additive: true,
  input: z.strictObject({ path: pathArgument("The file"), content: textArgument("The text to add."), ifMatch: ifMatchArgument }),
  targets: { file: one(writablePathKind, { argument: "path", access: "write", operation: "file" }) },
  foresee({ input, targets: { file } }) {
    const size = bytes(Buffer.byteLength(input.content));
    const cannot = unreachable(file);
    if (cannot !== undefined) return cannot;
    if (file.exists === "missing")
      return input.ifMatch === undefined ? { would: `make a file of ${size}` } : fails("fs.conflict", "fail: ifMatch names a file, and there is none");
    if (file.exists !== "file") return fails("fs.is_directory", "fail: this is a directory");
    return { would: `add ${size} to the file's ${bytes(file.bytes)}` };
  },
  async run({ input, targets, context }) {
    const how = { ...howToWrite(context), ifMatch: input.ifMatch };
    const changes = await appendFile(targets.file, input.content, how);
    return done(`Successfully appended to ${targets.file.requested}`, changes, input.ifMatch);
  },
});
