import { posix, win32 } from "node:path";
import { EvidenceUnavailable } from "./evidence-log.ts";

/**
 * Where the evidence lies when nothing else is said: `POSTERN_EVIDENCE`, else `evidence.db` in the state directory:
 * `$XDG_STATE_HOME/postern` on every platform that sets it, else the platform's own. Names that are empty count as absent; a relative
 * `XDG_STATE_HOME` is ignored, as the XDG Base Directory specification asks. Throws `EvidenceUnavailable` where the home
 * directory would decide and there is none.
 */
export function defaultEvidenceFile(environment: NodeJS.ProcessEnv, home: string, platform: NodeJS.Platform): string {
  const path = platform === "win32" ? win32 : posix;
  const given = environment["POSTERN_EVIDENCE"];
  if (given !== undefined && given !== "") return given;
  const state = environment["XDG_STATE_HOME"];
  if (state !== undefined && path.isAbsolute(state)) return path.join(state, "postern", "evidence.db");
  if (!path.isAbsolute(home) && platform !== "win32") {
    throw new EvidenceUnavailable("there is no place for the evidence: HOME does not name a directory; say --evidence FILE");
  }
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "postern", "evidence.db");
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"];
    const base = local !== undefined && path.isAbsolute(local) ? local : path.join(home, "AppData", "Local");
    return path.join(base, "postern", "evidence.db");
  }
  return path.join(home, ".local", "state", "postern", "evidence.db");
}
