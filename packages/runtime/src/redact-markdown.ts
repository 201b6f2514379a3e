import { maskFor } from "@postern/policy";

/** What a line begins with before its text: marks of quotations and items, and their indentation. */
const marks = /^(?:>| |- |\d{1,9}\. )*/;
const blank = /^[> ]*$/;
/** Marks of code, with the backslashes that may make text of them. */
const code = /((?<!\\)\\*`+)/;

/**
 * What stands in place of a secret in Markdown. Guarantees that code begins and ends where it did: marks of code, blank lines
 * beside them and what a line begins with are left, and all else of the secret is masked. Lines without such marks
 * become one mask. Time is in step with the secret.
 */
export function maskInMarkdown(kind: string, text: string, start: number, end: number): string {
  const secret = text.slice(start, end);
  const mask = maskFor(kind);
  const before = start === 0 ? "\n" : text.charAt(start - 1);
  if (before !== "\n" && !/[`\s\\]/.test(secret)) return mask;
  const pieces = groupsOf(secret.split("\n")).map((lines, at) => maskedLines(lines, at === 0 ? before : "\n", mask));
  return pieces.join("\n") + backslashesAt(secret);
}

/** Each line with marks of code by itself, and those between them together. */
function groupsOf(lines: readonly string[]): readonly string[][] {
  const groups: string[][] = [];
  let open = false;
  for (const line of lines) {
    const plain = !line.includes("`");
    if (plain && open) groups.at(-1)?.push(line);
    else groups.push([line]);
    open = plain;
  }
  return groups;
}

function maskedLines(lines: readonly string[], before: string, mask: string): string {
  const starts = before === "\n";
  const written = (line: string, at: number): boolean => !blank.test(line) || (at === 0 && !starts);
  const first = lines.findIndex(written);
  const last = lines.findLastIndex(written) + 1;
  if (first < 0) return lines.join("\n");
  const shown = lines.slice(first, last).join("\n");
  const [lead = ""] = starts ? (marks.exec(shown) ?? []) : [];
  const pieces = shown.slice(lead.length).split(code);
  const body = pieces.map((piece, at) => (at % 2 === 1 ? piece : maskedPiece(piece, at === 0 ? before : "`", mask))).join("");
  return [...lines.slice(0, first), lead + body, ...lines.slice(last)].join("\n");
}

/** Where it held a space one is written: it ends an address before it, which parsers would else make longer, up to marks of code that follow. */
function maskedPiece(piece: string, before: string, mask: string): string {
  if (piece.trim() === "") return piece;
  const apart = /^\s/.test(piece) || (/\s/.test(piece) && !/[\s`]/.test(before));
  return `${apart ? " " : ""}${mask}${/\s$/.test(piece) ? " " : ""}`;
}

/** Those at its end may be half of an escape. */
function backslashesAt(secret: string): string {
  let at = secret.length;
  while (secret.charAt(at - 1) === "\\") at -= 1;
  return secret.slice(at);
}
