/** One part of a pattern between slashes, as a regular expression that V8 and RE2 read alike. */
export interface SegmentSource {
  readonly source: string;
  /** Places at which a backtracking matcher has a choice. */
  readonly stars: number;
  /** The name itself, when the part has no magic. */
  readonly literal: string | undefined;
}

export interface SegmentOptions {
  /** `@(a|b)`, `?(a)`, `*(a)`, `+(a)`. Without it parentheses stand for themselves, as in .gitignore files. */
  readonly groups: boolean;
}

/** As minimatch reads them: letters of every script. */
const classes: Readonly<Record<string, string>> = {
  alnum: "\\p{L}\\p{Nl}\\p{Nd}",
  alpha: "\\p{L}\\p{Nl}",
  blank: "\\p{Zs}\\t",
  digit: "\\p{Nd}",
  lower: "\\p{Ll}",
  punct: "\\p{P}",
  space: "\\p{Z}\\t-\\r",
  upper: "\\p{Lu}",
  word: "\\p{L}\\p{Nl}\\p{Nd}\\p{Pc}",
  xdigit: "0-9A-Fa-f",
};

/** Translates one part. A string says why the part cannot be used. */
export function segmentSource(segment: string, options: SegmentOptions): SegmentSource | string {
  let source = "";
  let literal: string | undefined = "";
  let stars = 0;
  let group = "";
  const letters = Array.from(segment);
  const magic = (piece: string): void => {
    source += piece;
    literal = undefined;
  };
  const plain = (letter: string): void => {
    source += quote(letter);
    if (literal !== undefined) literal += letter;
  };

  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] as string;
    const opens = options.groups && letters[at + 1] === "(" && "?*+@!".includes(letter);
    if (opens && closes(letters, at + 2)) {
      if (letter === "!") return "negated groups !(…) are not supported; exclude with excludePatterns instead";
      if (group !== "") return "groups inside groups are not supported";
      group = letter;
      magic("(?:");
      at += 1;
    } else if (group !== "" && letter === "|") {
      magic("|");
    } else if (group !== "" && letter === ")") {
      magic(`)${group === "@" ? "" : group}`);
      stars += group === "@" || group === "?" ? 0 : 4;
      group = "";
    } else if (letter === "\\") {
      at += 1;
      plain(letters[at] ?? "\\");
    } else if (letter === "*") {
      if (letters[at - 1] === "*" && at > 0 && source.endsWith("[^/]*")) continue;
      stars += 1;
      magic("[^/]*");
    } else if (letter === "?") {
      magic("[^/]");
    } else if (letter === "[") {
      const found = bracket(letters, at);
      if (found === undefined) plain(letter);
      else if (typeof found === "string") return found;
      else {
        magic(found.source);
        at = found.end;
      }
    } else {
      plain(letter);
    }
  }
  // A part is never empty, so a lone star means at least one letter.
  return { source: source === "[^/]*" ? "[^/]+" : source, stars, literal };
}

function closes(letters: readonly string[], from: number): boolean {
  return letters.indexOf(")", from) >= 0;
}

/** A bracket expression that begins at `start`; undefined: it never ends and is no such thing; a string: it is wrong. */
function bracket(letters: readonly string[], start: number): { readonly source: string; readonly end: number } | undefined | string {
  let at = start + 1;
  const negated = letters[at] === "!" || letters[at] === "^";
  if (negated) at += 1;
  const first = at;
  let members = "";
  for (; at < letters.length; at += 1) {
    if (letters[at] === "]" && at > first) return { source: `[${negated ? "^/" : ""}${members}]`, end: at };
    const named = letters[at] === "[" && letters[at + 1] === ":" ? /^\[:(\w+):\]/.exec(letters.slice(at, at + 12).join(""))?.[1] : undefined;
    if (named !== undefined) {
      const known = classes[named];
      if (known === undefined) return `[:${named}:] is not a known class`;
      members += known;
      at += named.length + 3;
      continue;
    }
    const low = member(letters, at);
    at = low.end;
    if (letters[at + 1] === "-" && letters[at + 2] !== undefined && letters[at + 2] !== "]") {
      const high = member(letters, at + 2);
      at = high.end;
      if ((low.letter.codePointAt(0) ?? 0) > (high.letter.codePointAt(0) ?? 0)) return `the range ${low.letter}-${high.letter} runs backwards`;
      members += `${quote(low.letter)}-${quote(high.letter)}`;
    } else {
      members += quote(low.letter);
    }
  }
  return undefined;
}

function member(letters: readonly string[], at: number): { readonly letter: string; readonly end: number } {
  const escaped = letters[at] === "\\" && letters[at + 1] !== undefined;
  return escaped ? { letter: letters[at + 1] as string, end: at + 1 } : { letter: letters[at] as string, end: at };
}

/** The letter as itself, in and out of brackets, in both dialects. */
export function quote(letter: string): string {
  if (/^[\w ]$/.test(letter)) return letter;
  const code = letter.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : letter;
}
