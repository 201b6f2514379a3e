/** A pattern over names with slashes: branches, or paths in a repository. */
export interface NamePattern {
  readonly text: string;
  matches(name: string): boolean;
  /** Whether a name is a directory above something that the pattern may give. The root is above everything. */
  leadsTo(directory: string): boolean;
}

const longest = 512;

/**
 * Reads a pattern; a string is why it is none. `*` stands for any characters but slashes, a segment `**` for any number of
 * segments, `?` for one character; everything else for itself, case included. `dir/**` gives what is below `dir`, and not
 * `dir`. Guarantees time linear in pattern times name.
 */
export function readNamePattern(text: string): NamePattern | string {
  if (text === "" || text.length > longest) return "has 1 to 512 characters";
  const segments = text.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) return "has an empty or a dot segment";
  if (/[[\]{}!\\\p{Cc}]/u.test(text)) return "has a character that means nothing here: only *, ** and ? do";
  if (segments.some((segment) => segment !== "**" && segment.includes("**"))) return "has ** beside other characters: it stands alone between slashes";
  // A directory is not below itself: what ends in ** takes one segment at least there.
  const whole = segments.at(-1) === "**" ? [...segments.slice(0, -1), "*", "**"] : segments;
  return {
    text,
    matches: (name) => fits(whole, name.split("/"), segmentFits),
    leadsTo: (directory) => directory === "" || isAbove(segments, directory.split("/")),
  };
}

function isAbove(pattern: readonly string[], directory: readonly string[]): boolean {
  for (const [at, segment] of directory.entries()) {
    const wanted = pattern[at];
    if (wanted === "**") return true;
    if (wanted === undefined || !segmentFits(wanted, segment)) return false;
  }
  return pattern.length > directory.length;
}

function segmentFits(pattern: string, segment: string): boolean {
  return segment !== "" && fits(Array.from(pattern), Array.from(segment), (one, character) => one === "?" || one === character, "*");
}

/** Whether a list fits another one in which `any` stands for any number of members. Goes back to the last `any` only. */
function fits(pattern: readonly string[], list: readonly string[], one: (pattern: string, member: string) => boolean, any = "**"): boolean {
  let at = 0;
  let place = 0;
  let lastAny = -1;
  let resume = 0;
  while (place < list.length) {
    const wanted = pattern[at];
    if (wanted === any) {
      lastAny = at;
      at += 1;
      resume = place;
    } else if (wanted !== undefined && one(wanted, list[place] ?? "")) {
      at += 1;
      place += 1;
    } else if (lastAny >= 0) {
      at = lastAny + 1;
      resume += 1;
      place = resume;
    } else return false;
  }
  while (pattern[at] === any) at += 1;
  return at === pattern.length;
}
