import { pathKind } from "@postern/paths";
import { one, text, tool } from "@postern/runtime";
import { z } from "zod";
import { pathArgument } from "./path-argument.ts";

export const getFileInfo = tool({
  name: "get_file_info",
  title: "Get File Info",
  description:
    "Returns size in bytes, times of creation, change and last access, kind and permissions of one file or directory, one per line as key: value. Nothing of its content is read.",
  effect: "read",
  input: z.strictObject({ path: pathArgument("The file or directory") }),
  targets: { entry: one(pathKind, { argument: "path", access: "read", operation: "any" }) },
  run({ targets }) {
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
    return text(lines.join("\n"));
  },
});
