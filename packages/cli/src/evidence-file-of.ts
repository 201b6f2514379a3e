import { defaultEvidenceFile } from "@postern/evidence";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { textOf, type OptionValues } from "./options.ts";

/** The evidence file that `--evidence` names, else the one that a server started here would use. */
export function evidenceFileOf(values: OptionValues): string {
  return resolve(textOf(values, "evidence") ?? defaultEvidenceFile(process.env, homedir(), process.platform));
}

/** Every file of the log, which no card can give: what a server of ours keeps from its callers. */
export function evidenceFilesOf(values: OptionValues): readonly string[] {
  const file = evidenceFileOf(values);
  return [file, `${file}-wal`, `${file}-shm`];
}
