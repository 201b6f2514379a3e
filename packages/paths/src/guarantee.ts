import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Resolution } from "@postern/policy";
import { close, holdDirectory, holdEntry, isPathOnly, kernelPath, mountId, openAmbientDirectory, reopenForReading, stat, type Handle } from "./handle.ts";
import type { HeldPath } from "./held-path.ts";
import { entryNameOf, type EntryName } from "./name.ts";
import { closeScope, openScope } from "./path-scope.ts";
import { resolve } from "./resolve.ts";

/** How much of "what was proven is what is opened" this platform keeps (DESIGN §8). */
export type Guarantee = "race-free" | "nofollow" | "best-effort";

export interface ProvenGuarantee {
  readonly level: Guarantee;
  /** What was tried just now and held, one short sentence each. */
  readonly proofs: readonly string[];
}

/** f_type of procfs (linux/magic.h). */
const procfs = 0x9fa0;

/**
 * Proves at start-up, with real links in a temporary directory, that this kernel and this build keep the promise.
 * Throws with one sentence when a proof fails or the platform is another one. macOS could reach `nofollow` and Windows
 * `best-effort`; neither is built, because it could not be tested, and half a guard would look like a whole one.
 */
export function proveGuarantee(): ProvenGuarantee {
  if (process.platform !== "linux") {
    throw new Error(`path authority is built for Linux only; on ${process.platform} this server refuses to start (run it in a Linux container)`);
  }
  if (fileSystemType("/proc/self/fd") !== procfs) throw new Error("/proc is not mounted; path authority on Linux stands on /proc/self/fd");
  const place = temporaryDirectory();
  try {
    mkdirSync(join(place, "root/inside"), { recursive: true });
    mkdirSync(join(place, "outside"));
    writeFileSync(join(place, "outside/secret"), "secret");
    writeFileSync(join(place, "root/inside/file"), "file");
    symlinkSync("../outside", join(place, "root/out"));
    symlinkSync("inside", join(place, "root/in"));
    symlinkSync("../outside/secret", join(place, "root/leaf"));
    return { level: "race-free", proofs: [...proveHandles(join(place, "root")), ...proveResolution(join(place, "root"))] };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function* proveHandles(path: string): Generator<string> {
  const opened: Handle[] = [];
  const keep = (handle: Handle): Handle => {
    opened.push(handle);
    return handle;
  };
  try {
    const root = keep(openAmbientDirectory(path));
    expect(
      refuses(() => keep(holdDirectory(root, name("out")))),
      "a directory handle does not follow a link",
    );
    yield "a directory handle does not follow a link";
    const link = keep(holdEntry(root, name("leaf")));
    expect(stat(link).isSymbolicLink(), "a held link is the link itself");
    yield "a held link is the link itself";
    expect(entryNameOf("out/") === undefined && entryNameOf("..") === undefined, "no name carries a separator");
    const inside = keep(holdDirectory(root, name("inside")));
    const file = keep(holdEntry(inside, name("file")));
    expect(isPathOnly(file), "a held file is not open for reading");
    yield "a held file is not open for reading";
    const reopened = keep(reopenForReading(file));
    expect(stat(reopened).ino === stat(file).ino && stat(reopened).dev === stat(file).dev, "reopening gives the held object");
    yield "reopening gives the held object";
    expect(kernelPath(file) === `${kernelPath(root)}/inside/file`, "the kernel names what is held");
    yield "the kernel names what is held";
    expect(mountId(file) === mountId(root), "mounts can be told apart");
    yield "the mount of what is held is known";
    const procfsRoot = openAmbientDirectory("/proc");
    const other = mountId(procfsRoot);
    close(procfsRoot);
    // It gets the number that was just given back.
    expect(other !== mountId(keep(openAmbientDirectory(path))), "another mount has another identity");
    yield "another mount has another identity";
  } finally {
    for (const handle of opened) close(handle);
  }
}

function* proveResolution(path: string): Generator<string> {
  const scope = openScope({ roots: [{ path }] }, { route: "self-test", home: "/", base: "/", own: [], peers: [] });
  const ask = (raw: string): Resolution<HeldPath> => resolve(raw, scope, { argument: "path", access: "read", operation: "any", beside: [scope] });
  try {
    for (const raw of ["out/secret", "leaf", "../outside/secret"]) {
      // Without the guard each one does lead to the secret: else the refusal would prove nothing.
      expect(readFileSync(join(path, raw), "utf8") === "secret", `${raw} leads out`);
      const answer = ask(raw);
      if (answer.decision === "allow") answer.held.release();
      expect(answer.decision === "deny", `${raw} is refused`);
    }
    yield "links and .. that lead out are refused";
    const answer = ask("in/file");
    const proven = answer.decision === "allow" && answer.held.type === "file" && answer.held.relative === "inside/file";
    if (answer.decision === "allow") answer.held.release();
    expect(proven, "a link that stays inside is followed");
    yield "links that stay inside are followed";
  } finally {
    closeScope(scope);
  }
}

/** A directory of its own for a start-up proof, wherever one can be made. */
export function temporaryDirectory(): string {
  for (const candidate of [tmpdir(), process.env["XDG_RUNTIME_DIR"], "/dev/shm"]) {
    if (candidate === undefined) continue;
    try {
      return mkdtempSync(join(candidate, "postern-proof-"));
    } catch {
      // The next candidate may be writable.
    }
  }
  throw new Error("no temporary directory is writable; the self-test of the path guarantee needs one (set TMPDIR)");
}

function fileSystemType(path: string): number {
  try {
    return statfsSync(path).type;
  } catch {
    return 0;
  }
}

function name(text: string): EntryName {
  const checked = entryNameOf(text);
  if (checked === undefined) throw new Error(`not a name: ${text}`);
  return checked;
}

function refuses(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

function expect(held: boolean, promise: string): void {
  if (!held) throw new Error(`the path guarantee does not hold on this system: "${promise}" failed`);
}
