import { pathKind } from "@postern/paths";
import { one, text, tool } from "@postern/runtime";
import { z } from "zod";
import { digestArgument, digestOf } from "./digest.ts";
import { pathArgument } from "./path-argument.ts";

export const getFileInfo = tool({
  name: "get_file_info",
  title: "Get File Info",
  description:
    "Returns size in bytes, times of creation, change and last access, kind and permissions of one file or directory, one per line as key: value. Nothing of its content is read unless sha256 asks for its digest, which the write tools take as ifMatch.",
  effect: "read",
  input: z.strictObject({ path: pathArgument("The file or directory"), sha256: digestArgument }),
  targets: { entry: one(pathKind, { argument: "path", access: "read", operation: "any" }) },
  async run({ input, targets, context }) {
    const { type, size, created, modified, accessed, mode } = targets.entry.info();
    const lines = [
      `size: ${size}`,
      `created: ${new Date(created).toString()}`,
      `modified: ${new Date(modified).toString()}`,
      `accessed: ${new Date(accessed).toString()}`,
      `isDirectory: ${type === "directory"}`,
      `isFile: ${type === "file"}`,
      `permissions: ${mode.toString(8).slice(-3)}`,
    ];
    if (input.sha256) lines.push(`sha256: ${await digestOf(targets.entry, context.signal)}`);
    return text(lines.join("\n"));
  },
});
