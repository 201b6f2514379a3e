/** Steps that the slowest match may take: about a tenth of a second. */
const mostSteps = 2 ** 28;

/**
 * Why a pattern cannot be held to a time on texts of some length; undefined: it can. The engine backtracks, so a repeated
 * group could take a time that doubles with each character. Without one, the time is bounded by the product of the ways in
 * which each part can match, and that product is what is held to a limit.
 *
 * Source: Davis et al., The Impact of Regular Expression Denial of Service in Practice (2018).
 */
export function patternCost(pattern: string, length: number): string | undefined {
  try {
    void new RegExp(pattern, "u");
  } catch {
    return "is no pattern";
  }
  if (/\\[1-9k]/.test(pattern.replaceAll("\\\\", ""))) return "refers back to a group, which cannot be held to a time";
  // What is escaped, and what a class holds, is one character to the rest.
  const plain = pattern.replaceAll(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  if (/\(\?<?[=!]/.test(plain)) return "looks ahead or behind, which cannot be held to a time";
  if (/\)(?:[*+]|\{)/.test(plain)) return "repeats a group, which cannot be held to a time; repeat characters and classes";
  // Without an anchor, or with one before the first of several alternatives only, each place of the text is a start.
  let outer = plain;
  while (/\([^()]*\)/.test(outer)) outer = outer.replaceAll(/\([^()]*\)/g, "x");
  let steps = outer.startsWith("^") && !outer.includes("|") ? 1 : length + 1;
  for (const [quantifier, from, , to] of plain.replaceAll(/\(\?(?::|<[^>]*>)/g, "(").matchAll(/[*+?]\??|\{(\d+)(,(\d*))?\}\??|\|/g)) {
    if (quantifier.startsWith("*") || quantifier.startsWith("+")) steps *= length + 1;
    else if (from === undefined) steps *= 2;
    else if (to !== undefined) steps *= (to === "" ? length : Math.min(Number(to), length)) - Math.min(Number(from), length) + 1;
  }
  return steps <= mostSteps ? undefined : `could take too long on ${length} characters; set a lower maxLength, or repeat less`;
}
