export type Attributes = Readonly<Record<string, string | undefined>>;

const never = new Set(
  "script style template noscript svg math iframe object embed applet canvas audio video select datalist button textarea map frameset noframes progress meter".split(
    " ",
  ),
);
const hiddenClasses = /(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|screen-reader-only|u-hidden|is-hidden|d-none)(?:\s|$)/i;

/** Elements that hold nothing for a reader, whatever they say. */
export function isNeverShown(name: string): boolean {
  return never.has(name);
}

/**
 * Whether an element says of itself that people do not see it: by its attributes, the style that stands on it, or a class that
 * is used for nothing else. Holes: what a stylesheet hides, or a colour like the background's, cannot be told from here.
 */
export function isHidden(name: string, attributes: Attributes): boolean {
  if (attributes["hidden"] !== undefined || attributes["aria-hidden"]?.trim().toLowerCase() === "true" || attributes["inert"] !== undefined) return true;
  if (name === "input" || (name === "dialog" && attributes["open"] === undefined)) return true;
  if (hiddenClasses.test(attributes["class"] ?? "")) return true;
  const { style } = attributes;
  return style !== undefined && hides(style);
}

/** Characters of one value that are looked at. What hides something says so in fewer, and patterns take time in the square of it. */
const longestValue = 256;

function hides(style: string): boolean {
  // Comments and escapes write the same properties in other letters.
  const rules = new Map(withoutComments(style).split(";").map(ruleOf));
  const is = (property: string, pattern: RegExp): boolean => pattern.test(rules.get(property) ?? "");
  if (is("display", /^none\b/) || is("visibility", /^(?:hidden|collapse)\b/) || is("content-visibility", /^hidden\b/)) return true;
  if (is("opacity", /^0*(?:\.0\d*)?%?$|^0?\.0\d*$|^[0-4](?:\.\d+)?%$/) && (rules.get("opacity") ?? "") !== "") return true;
  if (is("font-size", /^[01]?(?:\.\d+)?(?:px|pt|em|rem|%)?$/) && isTiny(rules.get("font-size") ?? "")) return true;
  if (is("color", /^transparent$|rgba?\([^)]*[,/]\s*0(?:\.0+)?%?\s*\)/)) return true;
  if (is("clip", /rect\(\s*(?:0|1px|0px)/) || is("clip-path", /inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0[^)]*0\s*\)/)) return true;
  if (
    ["text-indent", "left", "right", "top", "bottom", "margin-left", "margin-top"].some((property) =>
      is(property, /-\d{3,}(?:\.\d+)?(?:px|em|rem|vw|vh|%)|^-\d{2,}(?:em|rem|vw|vh)/),
    )
  )
    return true;
  if (is("transform", /scale\(\s*0(?:\.0+)?\s*[,)]|translate[xy]?\(\s*-\d{3,}/)) return true;
  const small = (property: string): boolean => is(property, /^[01](?:px)?$/);
  return is("overflow", /hidden|clip/) && (small("height") || small("max-height") || small("width") || small("max-width"));
}

function isTiny(size: string): boolean {
  const number = Number.parseFloat(size);
  if (Number.isNaN(number)) return false;
  return /em|rem/.test(size) ? number < 0.1 : size.endsWith("%") ? number < 10 : number <= 1;
}

function ruleOf(text: string): readonly [string, string] {
  const rule = unescaped(text);
  const colon = rule.indexOf(":");
  const value = rule
    .slice(colon + 1)
    .trim()
    .slice(0, longestValue)
    .replace(/!\s*important/i, "")
    .trim()
    .toLowerCase();
  return [rule.slice(0, colon).trim().toLowerCase(), value];
}

function withoutComments(style: string): string {
  let text = "";
  let from = 0;
  for (let at = style.indexOf("/*"); at >= 0; at = style.indexOf("/*", from)) {
    text += style.slice(from, at);
    const end = style.indexOf("*/", at + 2);
    // One that is not closed goes on to the end.
    if (end < 0) return text;
    from = end + 2;
  }
  return text + style.slice(from);
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, code: string | undefined, other: string | undefined) => {
    const point = code === undefined ? undefined : Number.parseInt(code, 16);
    return point === undefined ? (other ?? "") : point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
