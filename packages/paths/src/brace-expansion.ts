/** Alternatives that one pattern may stand for. */
const most = 128;

/**
 * Expands `{a,b}` and `{1..5}` the way that shells and minimatch do. Undefined: more than 128 alternatives. Braces
 * that hold no comma and no range stand for themselves, and so do escaped and unbalanced ones.
 */
export function expandBraces(pattern: string): readonly string[] | undefined {
  const done: string[] = [];
  const open = [{ text: pattern, from: 0 }];
  while (open.length > 0) {
    const { text, from } = open.pop() as (typeof open)[number];
    const group = firstGroup(text, from);
    if (group === undefined) {
      done.push(text);
    } else {
      const choices = group.parts.length > 1 ? group.parts : range(group.parts[0] ?? "");
      if (choices === undefined) open.push({ text, from: group.start + 1 });
      else {
        // The last choice is pushed first, so that the alternatives come out in the order in which they are written.
        for (const choice of choices.toReversed()) open.push({ text: text.slice(0, group.start) + choice + text.slice(group.end + 1), from: group.start });
      }
    }
    if (done.length + open.length > most) return undefined;
  }
  return done;
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly string[];
}

/** The first balanced group at or after a position, cut at its own commas. */
function firstGroup(text: string, from: number): Group | undefined {
  for (let start = text.indexOf("{", from); start >= 0; start = text.indexOf("{", start + 1)) {
    if (escaped(text, start)) continue;
    const cuts = [start];
    let depth = 0;
    for (let at = start; at < text.length; at += 1) {
      const letter = text[at];
      if (letter === "\\") at += 1;
      else if (letter === "{") depth += 1;
      else if (letter === "," && depth === 1) cuts.push(at);
      else if (letter === "}") {
        depth -= 1;
        if (depth === 0) return { start, end: at, parts: cuts.map((cut, index) => text.slice(cut + 1, cuts[index + 1] ?? at)) };
      }
    }
  }
  return undefined;
}

function escaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}

function range(text: string): readonly string[] | undefined {
  const found = /^(?:(-?\d{1,9})\.\.(-?\d{1,9})|([A-Za-z])\.\.([A-Za-z]))$/.exec(text);
  if (found === null) return undefined;
  const numeric = found[1] !== undefined;
  const first = numeric ? Number(found[1]) : (found[3] ?? "").charCodeAt(0);
  const last = numeric ? Number(found[2]) : (found[4] ?? "").charCodeAt(0);
  const width = numeric && /^-?0\d/.test(`${found[1]}`) ? `${found[1]}`.length : 0;
  const step = first <= last ? 1 : -1;
  const members = Math.min(Math.abs(last - first), most) + 1;
  return Array.from({ length: members }, (_, index) => {
    const value = first + index * step;
    return numeric ? String(value).padStart(width, "0") : String.fromCharCode(value);
  });
}
