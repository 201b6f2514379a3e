import { writablePathKind, writeFile } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { bytes, done, fails, unreachable } from "./answers.ts";
import { ifMatchArgument, pathArgument, textArgument } from "./arguments.ts";
import { howToWrite, overwriteClass } from "./options.ts";

export const writeFileTool = tool({
  name: "write_file",
  title: "Write File",
  description:
    "Makes a file, or replaces the whole content of one, with UTF-8 text. The parent directory must exist. The change is whole or not at all; with ifMatch it happens only to the content that you read.",
  effect: "write",
  classify: overwriteClass,
  idempotent: true,
  input: z.strictObject({ path: pathArgument("The file"), content: textArgument("The new content."), ifMatch: ifMatchArgument }),
  targets: { file: one(writablePathKind, { argument: "path", access: "write", operation: "file" }) },
  foresee({ input, targets: { file } }) {
    const size = bytes(Buffer.byteLength(input.content));
    const cannot = unreachable(file);
    if (cannot !== undefined) return cannot;
    if (file.exists === "missing")
      return input.ifMatch === undefined ? { would: `make a file of ${size}` } : fails("fs.conflict", "fail: ifMatch names a file, and there is none");
    if (file.exists !== "file") return fails("fs.is_directory", "fail: this is a directory");
    return { would: `replace the file's ${bytes(file.bytes)} by ${size}${input.ifMatch === undefined ? "" : ", if they have the digest that ifMatch names"}` };
  },
  async run({ input, targets, context }) {
    const how = { ...howToWrite(context), ifMatch: input.ifMatch };
    const changes = await writeFile(targets.file, Buffer.from(input.content), how);
    return done(`Successfully wrote to ${targets.file.requested}`, changes, input.ifMatch);
  },
});
