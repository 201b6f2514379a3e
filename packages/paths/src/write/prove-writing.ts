import { closeSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../guarantee.ts";
import { close, openAmbientDirectory } from "../handle.ts";
import { type EntryName, entryNameOf } from "../name.ts";
import { createEntry, linkEntry, makeDirectory, plantText, renameEntry } from "./entries.ts";

/**
 * Proves at start-up, in a temporary directory of its own, what writing stands on besides the guarantee of reading.
 * Throws with one sentence when a proof fails; the lines say what held.
 */
export function proveWriting(): readonly string[] {
  const place = temporaryDirectory();
  const directory = openAmbientDirectory(place);
  try {
    mkdirSync(join(place, "outside"));
    writeFileSync(join(place, "outside/file"), "outside");
    writeFileSync(join(place, "mine"), "mine");
    symlinkSync("outside/new", join(place, "dangling"));
    const proofs: readonly (readonly [string, () => boolean])[] = [
      ["a file is never made through a dangling link", () => refuses("EEXIST", () => closeSync(createEntry(directory, name("dangling"), 0o600)))],
      ["a link never replaces what has the name", () => refuses("EEXIST", () => linkEntry(directory, name("mine"), directory, name("dangling")))],
      ["a directory is never made in the place of a link", () => refuses("EEXIST", () => makeDirectory(directory, name("dangling")))],
      [
        "a lock is taken once",
        () => attempt(() => plantText(directory, name("lock"), "one")) && refuses("EEXIST", () => plantText(directory, name("lock"), "two")),
      ],
      [
        "a rename acts on the held directory",
        () => attempt(() => renameEntry(directory, name("mine"), directory, name("dangling"))) && readFileSync(join(place, "dangling"), "utf8") === "mine",
      ],
    ];
    for (const [promise, held] of proofs) if (!held()) throw new Error(`writing cannot be guarded on this system: "${promise}" failed`);
    return proofs.map(([promise]) => promise);
  } finally {
    close(directory);
    rmSync(place, { recursive: true, force: true });
  }
}

function name(text: string): EntryName {
  const checked = entryNameOf(text);
  if (checked === undefined) throw new Error(`not a name: ${text}`);
  return checked;
}

function refuses(code: string, action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === code;
  }
}

function attempt(action: () => unknown): boolean {
  action();
  return true;
}
